package runtime_test

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime"
	"github.com/tykctl/tykctl/runtime/compat"
	"github.com/tykctl/tykctl/runtime/internal/password"
	"github.com/tykctl/tykctl/runtime/store"
)

// wire is one request to an authorization server, and what it answers in each mode.
type wire struct {
	name   string
	clause string // where the answer comes from: an RFC, or Tyk Gateway 5.8 as observed
	send   func(x *exchange) answer
	rfc    want
	tyk    want // the zero value: as rfc
}

// want is an answer. Body and location are regular expressions that match all of it; an empty body matches any.
type want struct {
	status   int
	body     string
	location string
	header   []string // "Name: value"
}

func (w want) isZero() bool { return w.status == 0 }

// exchange is a gateway in one mode, with what the rows need.
type exchange struct {
	*gateway
	basic map[string]string // client → "id:secret"
}

// wireSections are the rows, by endpoint.
var wireSections = []struct {
	name string
	rows []wire
}{
	{"authorize", authorizeRows},
	{"authorize-client", authorizeClientRows},
	{"token", tokenRows},
	{"authorization code", codeRows},
	{"other grants", grantRows},
	{"refresh", refreshRows},
	{"revoke", revokeRows},
	{"introspect", introspectRows},
	{"metadata", metadataRows},
}

// TestWire holds every answer of the endpoints to its source, in both modes.
func TestWire(t *testing.T) {
	for _, mode := range []compat.Mode{compat.RFC, compat.Tyk} {
		t.Run(mode.String(), func(t *testing.T) {
			x := newExchange(t, runtime.Options{Compat: mode})
			for _, section := range wireSections {
				t.Run(section.name, func(t *testing.T) {
					for _, row := range section.rows {
						t.Run(row.name, func(t *testing.T) {
							w := row.rfc
							if mode == compat.Tyk && !row.tyk.isZero() {
								w = row.tyk
							}
							x.t = t
							w.check(t, row.clause, row.send(x))
						})
					}
				})
			}
			for _, basic := range x.basic {
				if _, secret, _ := strings.Cut(basic, ":"); secret != "" && strings.Contains(x.log.String(), secret) {
					t.Error("the log holds a client secret")
				}
			}
		})
	}
}

func (w want) check(t *testing.T, clause string, a answer) {
	t.Helper()
	location := a.header.Get("Location")
	if a.status != w.status || !regexp.MustCompile(`^(?s:`+w.location+`)$`).MatchString(location) {
		t.Errorf("%s: %d to %q: %s\nwant %d to %s", clause, a.status, location, a.body, w.status, w.location)
	}
	if w.body != "" && !regexp.MustCompile(`^(?s:`+w.body+`)$`).MatchString(a.body) {
		t.Errorf("%s: body\n%s\nwant\n%s", clause, a.body, w.body)
	}
	for _, h := range w.header {
		name, value, _ := strings.Cut(h, ": ")
		if got := a.header.Values(name); !slices.Contains(got, value) && (value != "" || len(got) > 0) {
			t.Errorf("%s: %s is %q, want %q", clause, name, got, value)
		}
	}
	if cached := a.header.Get("Cache-Control"); cached != "no-store" && !slices.Contains([]int{204, 301, 404}, a.status) && !strings.HasPrefix(cached, "public") {
		t.Errorf("%s: Cache-Control %q", clause, cached)
	}
	if challenged := a.header.Get("WWW-Authenticate") != ""; challenged && a.status != 401 {
		t.Errorf("%s: WWW-Authenticate with status %d", clause, a.status)
	}
}

const (
	wireLogin  = `https://id\.example\.com/login\?tenant=1`
	wireIssuer = `https://api.example.com/a`
	twoURI     = "https://client.example.com/two?x=1&a=2"
)

// rfcError is an error of RFC 6749 §5.2 with a description.
func rfcError(code string) string {
	return `\{"error":"` + code + `","error_description":"[^"\\]+"\}` + "\n"
}

// oops is an answer with such an error. A 401 names the way to authenticate (RFC 6749 §5.2).
func oops(status int, code string) want {
	w := want{status: status, body: rfcError(code)}
	if status == 401 {
		w.header = []string{`WWW-Authenticate: Basic realm="oauth", charset="UTF-8"`}
	}
	return w
}

// tykSays are the sentences that Tyk's errors begin with.
var tykSays = map[string]string{
	"invalid_request":           "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed.",
	"unauthorized_client":       "The client is not authorized to request a token using this method.",
	"access_denied":             "The resource owner or authorization server denied the request.",
	"unsupported_response_type": "The authorization server does not support obtaining a token using this method.",
	"server_error":              "The authorization server encountered an unexpected condition that prevented it from fulfilling the request.",
	"unsupported_grant_type":    "The authorization grant type is not supported by the authorization server.",
	"invalid_grant":             "The provided authorization grant (e.g., authorization code, resource owner credentials) or refresh token is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.",
	"invalid_client":            "Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method).",
}

// tykOops is an error of Tyk's token endpoint.
func tykOops(code string) want {
	return want{status: 403, body: regexp.QuoteMeta(`{"error":"` + code + `","error_description":"` + tykSays[code] + `"}` + "\n")}
}

// tykMessage is an error of Tyk's other endpoints.
func tykMessage(status int, message string) want {
	if says, ok := tykSays[message]; ok {
		message = says
	}
	return want{status: status, body: regexp.QuoteMeta(`{"status":"error","message":"` + message + `"}` + "\n")}
}

func notAllowed(allow string) want {
	w := tykMessage(405, "Method not supported")
	w.header = []string{"Allow: " + allow}
	return w
}

// tokensOf is a successful token answer, members in Tyk's order.
func tokensOf(refresh bool, scope string) want {
	body := `\{"access_token":"[A-Za-z0-9_-]{43}","expires_in":3600,`
	if refresh {
		body += `"refresh_token":"[A-Za-z0-9_-]{43}",`
	}
	if scope != "" {
		body += `"scope":"` + scope + `",`
	}
	return want{status: 200, body: body + `"token_type":"bearer"\}` + "\n", header: []string{"Content-Type: application/json", "Pragma: no-cache", "X-Content-Type-Options: nosniff"}}
}

// wirePlan has an API "a" with everything, and an API "b" that gives client credentials alone.
func wirePlan() *plan.Plan {
	p := twoAPIs()
	p.OAuth[0].Grants = []string{"authorization_code", "client_credentials", "password", "refresh_token"}
	p.OAuth[0].NotifyURL, p.OAuth[0].NotifySecret = "https://owner.example.com/tokens", "shared"
	p.OAuth[1].Grants, p.OAuth[1].ResponseTypes = []string{"client_credentials"}, nil
	p.OAuth[1].AccessTTL = 90
	p.Policies = []plan.Policy{{ID: "gold", Access: []plan.Access{{APIID: "a"}}, Limit: plan.Limit{Rate: 100, Per: 1}}}
	return p
}

func newExchange(t *testing.T, opt runtime.Options) *exchange {
	t.Helper()
	opt.PublicURLs = []string{"https://api.example.com"}
	opt.CORSOrigins = []string{"https://app.example.com"}
	x := &exchange{gateway: startWith(t, wirePlan(), nil, opt), basic: map[string]string{}}
	for _, id := range []string{"cl", "other", "odd id%"} {
		x.basic[id] = id + ":" + x.client("a", id)
	}
	x.basic["b"] = "cl:" + x.client("b", "cl")
	for _, c := range []store.Client{
		{ID: "bare"},
		{ID: "two", RedirectURIs: []string{redirectURI, twoURI}},
		{ID: "gold", RedirectURIs: []string{redirectURI}, PolicyID: "gold"},
		{ID: "lost", RedirectURIs: []string{redirectURI}, PolicyID: "no such policy"},
		{ID: "native", RedirectURIs: []string{"http://127.0.0.1/cb", "http://[::1]:1/cb"}},
	} {
		secret := "secret-of-" + c.ID + "-which-is-long"
		c.APIID, c.Secrets = "a", []store.Secret{{Key: store.KeyOf(secret)}}
		x.create(&c)
		x.basic[c.ID] = c.ID + ":" + secret
	}
	x.create(&store.Client{ID: "public", APIID: "a", RedirectURIs: []string{redirectURI}})
	x.user("ann", "ann's password", `{"rate":5,"per":1,"access_rights":{"a":{"api_id":"a"}}}`)
	x.user("idle", "idle's password", `{"is_inactive":true}`)
	return x
}

func (x *exchange) create(c *store.Client) {
	x.t.Helper()
	if err := x.store.CreateClient(context.Background(), c); err != nil {
		x.t.Fatal(err)
	}
}

func (x *exchange) user(name, text, session string) {
	x.t.Helper()
	hash, err := hashOf(text)
	if err == nil {
		err = x.store.PutUser(context.Background(), &store.User{Name: name, PasswordHash: hash, Session: []byte(session), CreatedAt: x.clock.Now()})
	}
	if err != nil {
		x.t.Fatal(err)
	}
}

// hashes are those of the passwords of tests, each computed once.
var hashes sync.Map

func hashOf(text string) (string, error) {
	if hash, ok := hashes.Load(text); ok {
		return hash.(string), nil
	}
	hash, err := password.Hash(text)
	hashes.Store(text, hash)
	return hash, err
}

// token posts a form to the token endpoint of API a, as a client unless that is "".
func (x *exchange) token(client string, pairs ...string) answer {
	x.t.Helper()
	headers := []string{}
	if client != "" {
		headers = append(headers, "Basic: "+x.basic[client])
	}
	return x.send("POST", "/a/oauth/token", form(pairs...), headers...)
}

// pair is what the client cl gets for a code.
func (x *exchange) pair(more ...string) tokens {
	x.t.Helper()
	a := x.exchange("a", x.basic["cl"], x.code("a", "cl", more...))
	if a.status != 200 {
		x.t.Fatalf("%d %s", a.status, a.body)
	}
	return a.json(x.t)
}

func (x *exchange) secretOf(client string) string {
	_, secret, _ := strings.Cut(x.basic[client], ":")
	return secret
}

func (x *exchange) opens(token string) bool {
	x.t.Helper()
	return x.send("GET", "/a/x", "", "Authorization: Bearer "+token).status == 200
}

// asked are the parameters of an authorization request, with changes: a value of "-" leaves one out.
func asked(changes ...string) url.Values {
	v := url.Values{"response_type": {"code"}, "client_id": {"cl"}, "redirect_uri": {redirectURI}, "state": {"s 1"}}
	for i := 0; i < len(changes); i += 2 {
		v.Set(changes[i], changes[i+1])
		if changes[i+1] == "-" {
			v.Del(changes[i])
		}
	}
	return v
}
