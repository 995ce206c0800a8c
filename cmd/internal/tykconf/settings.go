package tykconf

import (
	"net"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/tykctl/tykctl/cmd/internal/ownfile"
	"github.com/tykctl/tykctl/oas/source"
)

// Tyk Gateway's defaults, where they are not those of tykctl serve.
const (
	defaultPort = 8080
	defaultApps = "apps"

	// exampleSecret is that of Tyk Gateway's example files and default configuration.
	exampleSecret = "352d20ee67be67f6340b4c0605b044b7"
)

// settings are what the honoured keys say.
func (r *reader) settings() Settings {
	s := Settings{
		Apps:            r.string("app_path"),
		Policies:        r.policies(),
		AccessTTL:       r.seconds("oauth_token_expire"),
		RefreshTTL:      r.seconds("oauth_refresh_token_expire"),
		Separator:       r.string("oauth_redirect_uri_separator"),
		ErrorStatus:     int(r.integer("oauth_error_status_code", 400, 599)),
		ReadTimeout:     r.seconds("http_server_options.read_timeout"),
		WriteTimeout:    r.seconds("http_server_options.write_timeout"),
		UpstreamTimeout: r.seconds("proxy_default_timeout"),
		DrainTimeout:    r.seconds("graceful_shutdown_timeout_duration"),
		MaxBody:         r.integer("http_server_options.max_request_body_size", 0, 1<<50),
		LogLevel:        r.word("log_level", "debug", "info", "warn", "error"),
		LogFormat:       r.word("log_format", "text", "json", "legacy"),
	}
	if _, err := os.Stat(defaultApps); s.Apps == "" && err == nil {
		s.Apps = defaultApps
	}
	if s.LogFormat == "legacy" {
		s.LogFormat = "text"
	}
	s.Listen, s.Admin = r.addresses()
	s.Secret, s.SecretPlace = r.secret()
	if r.isTrue("http_server_options.use_ssl") {
		s.TLS, s.MinTLS = r.tls()
	}
	return s
}

// addresses are those of the APIs and of the admin API, each "" where nothing is said about it. Tyk Gateway listens everywhere unless it is told where.
func (r *reader) addresses() (listen, admin string) {
	host := r.string("listen_address")
	port := r.integer("listen_port", 1, 65535)
	control := r.integer("control_api_port", 1, 65535)
	if net.ParseIP(host) == nil && strings.ContainsAny(host, ":/[]") {
		r.mistake(r.values["listen_address"].at, "the port belongs into listen_port", "listen_address is %q, expected an IP address or a host name", host)
	}
	at := func(port int64) string { return net.JoinHostPort(host, strconv.FormatInt(port, 10)) }
	if control != 0 && control != port {
		admin = at(control)
	}
	switch {
	case port != 0:
		listen = at(port)
	case host != "":
		listen = at(defaultPort)
	}
	return listen, admin
}

// secret is the gateway secret, and where it is written. It may be a reference, which Tyk Gateway looks up as this does.
func (r *reader) secret() (secret, place string) {
	v := r.values["secret"]
	secret = r.string("secret")
	scheme, name, reference := strings.Cut(secret, "://")
	switch {
	case secret == "":
		return "", ""
	case secret == exampleSecret:
		r.warn(v.at, "choose another one", "secret is the one of Tyk's examples, which everybody knows: whoever reaches the admin API can do everything")
	case reference && scheme == "env":
		variable := "TYK_SECRET_" + strings.ToUpper(name)
		if secret = r.variable(variable); secret == "" {
			r.mistake(v.at, "set it, or write another reference", "secret refers to the environment variable %q, which is not set", variable)
		}
	case reference && scheme == "secrets":
		if secret = r.values["secrets"].Get(name).Text(); secret == "" {
			r.mistake(v.at, "add it to secrets", "secret refers to %q, which is not in secrets", name)
		}
	case reference && slices.Contains([]string{"consul", "vault", "file", "kv"}, scheme):
		r.mistake(v.at, "use env://, secrets://, or --secret-file", "secret is kept in %q, which is not asked", scheme)
	}
	return secret, "in " + v.at.String()
}

// variable is the value of an environment variable.
func (r *reader) variable(name string) string {
	for _, entry := range r.environ {
		if n, text, _ := strings.Cut(entry, "="); n == name {
			return text
		}
	}
	return ""
}

// policies are where the policies are: the directory beats the file.
func (r *reader) policies() string {
	from := r.string("policies.policy_source")
	file, dir := r.string("policies.policy_record_name"), r.string("policies.policy_path")
	switch {
	case from != "" && from != "file":
		r.warn(r.values["policies.policy_source"].at, `write "file", or name the policies with --policies`,
			"policies.policy_source is %q; policies are read from files alone, and none are", from)
		return ""
	case dir != "":
		return dir
	}
	return file
}

// The versions of TLS as Tyk Gateway numbers them.
const (
	tls10 = 769
	tls12 = 771
	tls13 = 772
)

// tls are the certificates. That it is asked for and cannot be had is a mistake: what clients send would be readable.
func (r *reader) tls() (pairs []Pair, least string) {
	for _, item := range r.certificates().Items() {
		cert, key := item.Get("cert_file"), item.Get("key_file")
		if cert.Kind() != source.String || key.Kind() != source.String || cert.Text() == "" || key.Text() == "" {
			r.mistake(r.values["http_server_options.certificates"].at, "", "http_server_options.certificates has an item without cert_file or key_file")
			continue
		}
		pairs = append(pairs, Pair{cert.Text(), key.Text()})
	}
	for _, file := range r.list("http_server_options.ssl_certificates") {
		if _, err := os.Stat(file); err != nil && !strings.ContainsAny(file, "/.") {
			r.warn(r.values["http_server_options.ssl_certificates"].at, "name a file that holds certificate and key", "%q is no file; %s", file, noCertStore)
			continue
		}
		pairs = append(pairs, Pair{file, file})
	}
	if len(pairs) == 0 {
		r.mistake(r.values["http_server_options.use_ssl"].at, "name one in http_server_options.certificates", "http_server_options.use_ssl is true, and there is no certificate")
	}
	switch r.integer("http_server_options.min_version", tls10, tls13) {
	case 0:
	case tls13:
		least = "1.3"
	case tls12:
		least = "1.2"
	default:
		r.warn(r.values["http_server_options.min_version"].at, "write 771", "http_server_options.min_version is not honoured: clients must speak TLS 1.2 at least")
	}
	return pairs, least
}

// certificates are the list of that name. In a variable it is JSON.
func (r *reader) certificates() source.Node {
	v := r.values["http_server_options.certificates"]
	n := v.Node
	if v.env {
		file, err := source.IndexWith(v.at.File, []byte(v.text), limits)
		if err != nil {
			r.wrong(v, "http_server_options.certificates", "a list in JSON")
			return source.Node{}
		}
		n = file.Root()
	}
	if n.Kind() != source.Array && n.Kind() != source.Null && n.Exists() {
		r.wrong(v, "http_server_options.certificates", "a list")
	}
	return n
}

// list is a list of texts. In a variable commas part them.
func (r *reader) list(key string) []string {
	v := r.values[key]
	if v.env {
		return strings.FieldsFunc(v.text, func(c rune) bool { return c == ',' })
	}
	if v.Kind() != source.Array && v.Kind() != source.Null && v.Exists() {
		r.wrong(v, key, "a list")
	}
	var list []string
	for _, item := range v.Items() {
		if item.Kind() != source.String || item.Text() == "" {
			r.mistake(v.at, "", "%s has an item that is %s, expected a string", key, ownfile.Phrase(item))
			continue
		}
		list = append(list, item.Text())
	}
	return list
}
