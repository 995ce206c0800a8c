package tykconf

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tykctl/tykctl/oas/diag"
)

// load reads a text as tyk.conf.
func load(t *testing.T, text string, environ ...string) (*Conf, error) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("tyk.conf", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load("tyk.conf", environ)
}

// said are findings, a line each.
func said(list diag.List) string {
	var b strings.Builder
	for _, d := range list {
		fmt.Fprintf(&b, "%s: %s\n", d.At, d.Message)
	}
	return b.String()
}

// TestSettings holds what each honoured key sets, in the file and as a variable.
func TestSettings(t *testing.T) {
	tests := []struct {
		name string
		text string
		env  string
		want Settings
	}{
		{"nothing", `{}`, "", Settings{}},
		{"nulls", `{"listen_port": null, "secret": null, "policies": null, "storage": null, "http_server_options": {"use_ssl": null, "certificates": null}}`, "", Settings{}},
		{"zeros are Tyk's defaults", `{"listen_port": 0, "oauth_token_expire": 0, "oauth_error_status_code": 0, "secret": "", "log_level": ""}`, "", Settings{}},
		{"a port", `{"listen_port": 9000, "listen_address": ""}`, "", Settings{Listen: ":9000"}},
		{"an address", `{"listen_address": "10.0.0.1"}`, "", Settings{Listen: "10.0.0.1:8080"}},
		{"both", `{"listen_address": "::1", "listen_port": 1}`, "", Settings{Listen: "[::1]:1"}},
		{"the admin API", `{"listen_address": "10.0.0.1", "listen_port": 8080, "control_api_port": 9696}`, "", Settings{Listen: "10.0.0.1:8080", Admin: "10.0.0.1:9696"}},
		{"the admin API at the same port", `{"listen_port": 8080, "control_api_port": 8080}`, "", Settings{Listen: ":8080"}},
		{"keys in any case", `{"Listen_Port": 9000, "HTTP_Server_Options": {"Read_Timeout": 5}}`, "", Settings{Listen: ":9000", ReadTimeout: 5 * time.Second}},
		{"YAML", "listen_port: 9000\npolicies:\n  policy_source: file\n  policy_record_name: p.json\n", "", Settings{Listen: ":9000", Policies: "p.json"}},
		{"a secret", `{"secret": "s3cret"}`, "", Settings{Secret: "s3cret", SecretPlace: "in tyk.conf:1:2"}},
		{"a secret of the environment", `{"secret": "env://gw"}`, "TYK_SECRET_GW=s3cret", Settings{Secret: "s3cret", SecretPlace: "in tyk.conf:1:2"}},
		{"a secret of secrets", `{"secret": "secrets://gw", "secrets": {"gw": "s3cret"}}`, "", Settings{Secret: "s3cret", SecretPlace: "in tyk.conf:1:2"}},
		{"definitions", `{"app_path": "/opt/tyk-gateway/apps"}`, "", Settings{Apps: "/opt/tyk-gateway/apps"}},
		{"policies of a directory", `{"policies": {"policy_source": "file", "policy_record_name": "p.json", "policy_path": "policies"}}`, "", Settings{Policies: "policies"}},
		{"policies without a source", `{"policies": {"policy_record_name": "p.json"}}`, "", Settings{Policies: "p.json"}},
		{
			"OAuth", `{"oauth_token_expire": 60, "oauth_refresh_token_expire": 600, "oauth_redirect_uri_separator": ";", "oauth_error_status_code": 401, "oauth_token_expired_retain_period": 9}`, "",
			Settings{AccessTTL: time.Minute, RefreshTTL: 10 * time.Minute, Separator: ";", ErrorStatus: 401},
		},
		{
			"times", `{"proxy_default_timeout": 2.5, "graceful_shutdown_timeout_duration": 7, "http_server_options": {"read_timeout": 3, "write_timeout": 4, "max_request_body_size": 99}}`, "",
			Settings{UpstreamTimeout: 2500 * time.Millisecond, DrainTimeout: 7 * time.Second, ReadTimeout: 3 * time.Second, WriteTimeout: 4 * time.Second, MaxBody: 99},
		},
		{"a log", `{"log_level": "Warn", "log_format": "legacy"}`, "", Settings{LogLevel: "warn", LogFormat: "text"}},
		{
			"TLS", `{"http_server_options": {"use_ssl": true, "min_version": 772, "certificates": [{"domain_name": "*", "cert_file": "a.pem", "key_file": "a.key"}], "ssl_certificates": ["./b.pem"]}}`, "",
			Settings{TLS: []Pair{{"a.pem", "a.key"}, {"./b.pem", "./b.pem"}}, MinTLS: "1.3"},
		},
		{"TLS switched off", `{"http_server_options": {"use_ssl": false, "certificates": [{"cert_file": "a.pem", "key_file": "a.key"}]}}`, "", Settings{}},

		{"a variable beats the file", `{"listen_port": 1, "secret": "a"}`, "TYK_GW_LISTENPORT=9000 TYK_GW_SECRET=12345", Settings{Listen: ":9000", Secret: "12345", SecretPlace: "in environment variable TYK_GW_SECRET"}},
		{"variables of objects", `{}`, "TYK_GW_POLICIES_POLICYSOURCE=file TYK_GW_POLICIES_POLICYRECORDNAME=p.json TYK_GW_HTTPSERVEROPTIONS_READTIMEOUT=5", Settings{Policies: "p.json", ReadTimeout: 5 * time.Second}},
		{"variables with names of their own", `{}`, "TYK_GW_OAUTHREFRESHEXPIRE=60", Settings{RefreshTTL: time.Minute}},
		{
			"TLS by variables", `{}`, `TYK_GW_HTTPSERVEROPTIONS_USESSL=true TYK_GW_HTTPSERVEROPTIONS_CERTIFICATES=[{"cert_file":"a.pem","key_file":"a.key"}] TYK_GW_HTTPSERVEROPTIONS_SSLCERTIFICATES=./b.pem,./c.pem`,
			Settings{TLS: []Pair{{"a.pem", "a.key"}, {"./b.pem", "./b.pem"}, {"./c.pem", "./c.pem"}}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := load(t, tt.text, strings.Fields(tt.env)...)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got.Settings, tt.want) {
				t.Errorf("got  %+v\nwant %+v", got.Settings, tt.want)
			}
			if len(got.Warnings) > 0 {
				t.Errorf("warnings:\n%s", said(got.Warnings))
			}
		})
	}
}

// TestDefaultApps: where no app_path is given, it is Tyk's if there is such a directory.
func TestDefaultApps(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("apps", 0o700); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{`{}`: "apps", `{"app_path": "other"}`: "other"} {
		if err := os.WriteFile("tyk.conf", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if conf, err := Load("tyk.conf", nil); err != nil || conf.Apps != want {
			t.Errorf("%s: %v, %v, want %s", text, conf, err, want)
		}
	}
}

// TestWarnings holds what is warned of: once each, and only what would change something.
func TestWarnings(t *testing.T) {
	tests := []struct {
		name string
		text string
		env  string
		want string
	}{
		{"harmless keys", `{"hash_keys": true, "node_secret": "x", "enable_jsvm": true, "dns_cache": {"enabled": true}, "http_server_options": {"enable_websockets": true}, "oauth_token_expired_retain_period": 5}`, "", ""},
		{"what is usual", `{"template_path": "/opt/tyk-gateway/templates", "health_check_endpoint_name": "hello", "http_server_options": {"max_version": 772}, "event_handlers": {"events": {}}}`, "", ""},
		{"switched off", `{"enable_analytics": false, "opentelemetry": {"enabled": false, "endpoint": "x"}, "slave_options": {"rpc_key": "x"}, "monitor": {"global_trigger_limit": 80}}`, "", ""},
		{"an ignored key", "{\n  \"hostname\": \"api.example.com\"\n}", "", "tyk.conf:2:3: hostname is not honoured: APIs without a domain of their own are served under any host name\n"},
		{"a section, once", `{"storage": {"type": "redis", "host": "localhost", "port": 6379, "hosts": {"a": "b"}}}`, "TYK_GW_STORAGE_HOST=redis", "tyk.conf:1:2: storage is not honoured: Redis is not used; tokens, clients and keys are kept in the gateway's own store\n"},
		{"a section by a variable", `{}`, "TYK_GW_STORAGE_HOST=redis TYK_GW_STORAGE_PORT=6379", "environment variable TYK_GW_STORAGE_HOST: storage is not honoured: Redis is not used; tokens, clients and keys are kept in the gateway's own store\n"},
		{"a section that is switched on", `{"slave_options": {"use_rpc": true}}`, "", "tyk.conf:1:2: slave_options is not honoured: definitions, policies and keys do not come from MDCB\n"},
		{"switched on by a variable", `{}`, "TYK_GW_SLAVEOPTIONS_RPCKEY=x TYK_GW_SLAVEOPTIONS_USERPC=true", "environment variable TYK_GW_SLAVEOPTIONS_USERPC: slave_options is not honoured: definitions, policies and keys do not come from MDCB\n"},
		{"an ignored variable", `{}`, "TYK_GW_ENABLEANALYTICS=true TYK_GW_HASHKEYS=true TYK_GW_ENABLEKEYLOGGING=false", "environment variable TYK_GW_ENABLEANALYTICS: enable_analytics is not honoured: requests are not recorded\n"},
		{"an unknown variable", `{}`, "TYK_GW_LISTENPROT=1 TYKCTL_LISTEN=x", "environment variable TYK_GW_LISTENPROT: it is not read\n"},
		{"an unknown key", `{"listen_prot": 1}`, "", "tyk.conf:1:2: unknown key \"listen_prot\"\n"},
		{"an unknown key of an object", `{"http_server_options": {"use_sll": true}, "storage": {"hots": ""}}`, "", "tyk.conf:1:26: unknown key \"http_server_options.use_sll\"\ntyk.conf:1:56: unknown key \"storage.hots\"\n"},
		{"a key twice", `{"listen_port": 1, "listen_port": 2}`, "", "tyk.conf:1:20: \"listen_port\" is there twice; the last one counts\n"},
		{"policies of a Dashboard", `{"policies": {"policy_source": "service", "policy_record_name": "tyk_policies"}}`, "", "tyk.conf:1:15: policies.policy_source is \"service\"; policies are read from files alone, and none are\n"},
		{"the secret of the examples", `{"secret": "352d20ee67be67f6340b4c0605b044b7"}`, "", "tyk.conf:1:2: secret is the one of Tyk's examples, which everybody knows: whoever reaches the admin API can do everything\n"},
		{"an old version of TLS", `{"http_server_options": {"use_ssl": true, "min_version": 769, "ssl_certificates": ["x.pem"]}}`, "", "tyk.conf:1:43: http_server_options.min_version is not honoured: clients must speak TLS 1.2 at least\n"},
		{"a certificate of a store", `{"http_server_options": {"use_ssl": true, "ssl_certificates": ["5e9d9544a1dcd60001d0ed20abc", "x.pem"]}}`, "", "tyk.conf:1:43: \"5e9d9544a1dcd60001d0ed20abc\" is no file; there is no store of certificates\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := load(t, tt.text, strings.Fields(tt.env)...)
			if err != nil {
				t.Fatal(err)
			}
			if lines := said(got.Warnings); lines != tt.want {
				t.Errorf("got  %swant %s", lines, tt.want)
			}
			for _, d := range got.Warnings {
				if d.Hint == "" || d.Severity != diag.Warning {
					t.Errorf("%s: severity %s, hint %q", d.Message, d.Severity, d.Hint)
				}
			}
		})
	}
}

// TestMistakes holds what is refused, with its place.
func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		``:                                           `tyk.conf:1:1: the file is empty`,
		`[]`:                                         `tyk.conf: the file holds no object of keys`,
		`{"listen_port": 1,}`:                        `tyk.conf:1:18: a comma before the closing bracket, which is not JSON`,
		`{"listen_port": "8080"}`:                    `tyk.conf:1:2: listen_port is a string, expected a number`,
		`{"listen_port": ""}`:                        `tyk.conf:1:2: listen_port is a string, expected a number`,
		`{"listen_port": 70000}`:                     `tyk.conf:1:2: listen_port is 70000, expected a number from 1 to 65535`,
		`{"listen_port": 80.5}`:                      `tyk.conf:1:2: listen_port is 80.5, expected a whole number`,
		`{"listen_address": "a:1"}`:                  `tyk.conf:1:2: listen_address is "a:1", expected an IP address or a host name`,
		`{"secret": 12345}`:                          `tyk.conf:1:2: secret is the number 12345, expected a string`,
		`{"secret": "a "}`:                           `tyk.conf:1:2: secret has blanks at an end or a control character`,
		`{"secret": "env://nowhere"}`:                `tyk.conf:1:2: secret refers to the environment variable "TYK_SECRET_NOWHERE", which is not set`,
		`{"secret": "secrets://nowhere"}`:            `tyk.conf:1:2: secret refers to "nowhere", which is not in secrets`,
		`{"secret": "vault://x"}`:                    `tyk.conf:1:2: secret is kept in "vault", which is not asked`,
		`{"policies": "p.json"}`:                     `tyk.conf:1:2: policies is a string, expected an object`,
		`{"oauth_token_expire": -1}`:                 `tyk.conf:1:2: oauth_token_expire is -1, expected a number from 0 to 315360000`,
		`{"oauth_error_status_code": 200}`:           `tyk.conf:1:2: oauth_error_status_code is 200, expected a number from 400 to 599`,
		`{"log_level": "loud"}`:                      `tyk.conf:1:2: log_level is "loud", expected debug, info, warn, error`,
		`{"http_server_options": {"use_ssl": 1}}`:    `tyk.conf:1:26: http_server_options.use_ssl is the number 1, expected true or false`,
		`{"http_server_options": {"use_ssl": true}}`: `tyk.conf:1:26: http_server_options.use_ssl is true, and there is no certificate`,
		`{"http_server_options": {"use_ssl": true, "certificates": [{}, 1]}}`: "tyk.conf:1:26: http_server_options.use_ssl is true, and there is no certificate\ntyk.conf:1:43: http_server_options.certificates has an item without cert_file or key_file",
	} {
		_, err := load(t, text)
		if err == nil || err.Error() != want {
			t.Errorf("%s:\n got  %v\n want %s", text, err, want)
		}
	}
	if _, err := load(t, `{}`, "TYK_GW_LISTENPORT=high"); err == nil || err.Error() != "environment variable TYK_GW_LISTENPORT: listen_port is a text that is not, expected a number" {
		t.Errorf("a wrong variable: %v", err)
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none"), nil); err == nil || reflect.TypeOf(err) == reflect.TypeFor[*Error]() {
		t.Errorf("no file: %v", err)
	}
}

// TestSecretsAreNotShown: whatever is wrong, neither finding nor hint holds what may be a secret.
func TestSecretsAreNotShown(t *testing.T) {
	const hidden = "hunter2hunter2"
	for _, text := range []string{
		`{"secret": "` + hidden + `", "hostname": "x", "nonsense": 1}`,
		`{"secret": "` + hidden + ` "}`,
		`{"secret": ["` + hidden + `"]}`,
		`{"secret": ` + hidden + `}`,
		`{"secret": '` + hidden + `'}`,
		`{"secret": "` + hidden,
		`{"secret" "` + hidden + `"}`,
		`{"secrets": {"a": "` + hidden + `"}, "secret": "secrets://b"}`,
		"secret: " + hidden + ": x\n",
		"secret: \"" + hidden + "\n",
		`{"storage": {"password": "` + hidden + `"}}`,
		`{"listen_port": "` + hidden + `"}`,
	} {
		conf, err := load(t, text)
		var b strings.Builder
		if err != nil {
			fmt.Fprintln(&b, err)
			if mistakes, ok := err.(*Error); ok { //nolint:errorlint // nothing is wrapped around it
				if err := Write(&b, mistakes.List, false); err != nil {
					t.Fatal(err)
				}
			}
		} else if err := Write(&b, conf.Warnings, false); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), hidden) {
			t.Errorf("%s is answered with\n%s", text, &b)
		}
	}
}

// TestHints holds that a misspelt key gets the right one, and one in the wrong object the object.
func TestHints(t *testing.T) {
	for text, want := range map[string]string{
		`{"listen_prot": 1}`:                    `did you mean "listen_port"?`,
		`{"use_ssl": true}`:                     `it belongs into "http_server_options"`,
		`{"policies": {"app_path": "x"}}`:       `it belongs to the top of the file`,
		`{"storage": {"hots": ""}}`:             `did you mean "host"?`,
		`{"http_server_option": {"a": "b"}}`:    `did you mean "http_server_options"?`,
		`{"something_else_altogether": {}}`:     `remove it; Tyk Gateway does not know it either`,
		`{"slave_options": {"use_prc": false}}`: `did you mean "use_rpc"?`,
	} {
		conf, err := load(t, text)
		if err != nil || len(conf.Warnings) != 1 || conf.Warnings[0].Hint != want {
			t.Errorf("%s: %v %+v, want %s", text, err, conf, want)
		}
	}
}

// TestKeys holds that the table is whole: each key once, with a reason, and no two for one variable.
func TestKeys(t *testing.T) {
	names, variables := map[string]bool{}, map[string]string{}
	for _, k := range Keys() {
		if !regexp.MustCompile(`^[a-z0-9_]+(\.[a-z0-9_]+)*$`).MatchString(k.Name) || names[k.Name] {
			t.Errorf("%s is malformed or there twice", k.Name)
		}
		names[k.Name] = true
		if k.Note == "" || k.Kind == 0 {
			t.Errorf("%s says nothing", k.Name)
		}
		if other, taken := variables[k.variable()]; taken {
			t.Errorf("%s and %s have the variable %s", other, k.Name, k.variable())
		}
		variables[k.variable()] = k.Name
		if k.when != "" && !strings.Contains(" "+k.members+" ", " "+k.when+" ") && k.members != "*" {
			t.Errorf("%s has no member %s", k.Name, k.when)
		}
	}
	for _, k := range Keys() {
		if object, _ := split(k.Name); names[object] {
			t.Errorf("%s is a key, and has the key %s in it", object, k.Name)
		}
	}
}

func FuzzLoad(f *testing.F) {
	for _, seed := range []string{`{"secret": "x", "http_server_options": {"use_ssl": true, "certificates": [{"cert_file": "a"}]}}`, "listen_port: 1\n", `{"policies": [], "kv": 1}`} {
		f.Add(seed, "TYK_GW_LISTENPORT=1")
	}
	f.Fuzz(func(t *testing.T, text, variable string) {
		path := filepath.Join(t.TempDir(), "tyk.conf")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		conf, err := Load(path, []string{variable})
		if (conf == nil) == (err == nil) {
			t.Errorf("%v, %v", conf, err)
		}
	})
}
