package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// definitionsOf plays a gateway with definitions. As Tyk's, it serves what it was sent after a reload, puts its URL in front of the servers, notes what is
// its own, and drops zero values and what it does not know of the extension.
type definitionsOf struct {
	name    string // in /hello
	sent    map[string]map[string]any
	served  map[string]map[string]any
	slow    int // how many reloads it takes until something is served
	calls   []string
	refuses string
}

func (g *definitionsOf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := func(status int, v any) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
	id := strings.Trim(strings.TrimPrefix(r.URL.Path, "/tyk/apis/oas"), "/")
	if r.Method != http.MethodGet {
		g.calls = append(g.calls, r.Method+" "+id)
	}
	switch {
	case r.URL.Path == "/hello":
		answer(200, map[string]string{"description": g.name})
	case r.Header.Get(secretHeader) != secret:
		answer(403, map[string]string{"message": "Attempted administrative access with invalid or missing key!"})
	case r.URL.Path == "/tyk/reload":
		g.calls = append(g.calls, "reload")
		if g.slow--; g.slow < 0 {
			g.reload()
		}
		answer(200, map[string]string{"status": "ok"})
	case g.refuses != "" && r.Method != http.MethodGet:
		answer(400, map[string]string{"message": g.refuses})
	case r.Method == http.MethodPost, r.Method == http.MethodPut:
		body, _ := io.ReadAll(r.Body)
		var doc map[string]any
		_ = json.Unmarshal(body, &doc)
		g.sent[infoOf(doc)["id"].(string)] = doc
	case r.Method == http.MethodDelete:
		delete(g.sent, id)
	case g.served[id] == nil:
		answer(404, map[string]string{"message": "API not found"})
	default:
		answer(200, g.served[id])
	}
	if g.name == "tykctl" {
		g.reload()
	}
}

func (g *definitionsOf) reload() {
	g.served = map[string]map[string]any{}
	for id, doc := range g.sent {
		if g.name != "tykctl" {
			doc = withoutZeros(doc, false).(map[string]any)
			servers, _ := doc["servers"].([]any)
			doc["servers"] = append([]any{map[string]any{"url": "http://gw:8080/shop/"}}, servers...)
			infoOf(doc)["dbId"], infoOf(doc)["orgId"] = "6500aa", "org"
			delete(doc[extensionKey].(map[string]any), "unknown")
		}
		g.served[id] = doc
	}
}

func definitionsGateway(name string) *definitionsOf {
	return &definitionsOf{name: name, sent: map[string]map[string]any{}, served: map[string]map[string]any{}}
}

// shop is a definition; more is put into its extension.
func shop(version, more string) []byte {
	return fmt.Appendf(nil, `{"openapi":"3.0.3","info":{"title":"Shop","version":%q},"paths":{"/x":{"get":{"security":[],"responses":{"200":{"description":""}}}}},
		"servers":[{"url":"https://shop.example.com"}],"x-tyk-api-gateway":{"info":{"id":"shop","name":"Shop","state":{"active":true,"internal":false}},
		"server":{"listenPath":{"value":"/shop/","strip":true}},"upstream":{"url":"http://shop:1/"}%s}}`, version, more)
}

// TestPush: what is sent is served when the push ends, and pushing it again does nothing, on either gateway.
func TestPush(t *testing.T) {
	for _, name := range []string{"Tyk GW", "tykctl"} {
		t.Run(name, func(t *testing.T) {
			g := definitionsGateway(name)
			c := start(t, g)
			wait := 10 * time.Second
			push := func(text []byte, kind Kind, kept bool) {
				t.Helper()
				p, err := c.PlanPush(t.Context(), "shop", text)
				if err != nil || p.Kind != kind {
					t.Fatalf("planned %+v, %v; want %q", p, err, kind)
				}
				if got, err := c.DoPush(t.Context(), p, wait); err != nil || got != kept {
					t.Fatalf("kept %t, %v; want %t", got, err, kept)
				}
			}
			push(shop("1", ""), Create, true)
			push(shop("1", ""), "", true)
			push(shop("2", ""), Update, true)
			push(shop("2", ""), "", true)
			if version := g.served["shop"]["info"].(map[string]any)["version"]; version != "2" {
				t.Errorf("version %v is served", version)
			}
			want := []string{"POST ", "PUT shop"}
			if name == "Tyk GW" {
				want = []string{"POST ", "reload", "PUT shop", "reload"}
				if id := infoOf(g.sent["shop"])["dbId"]; id != "6500aa" {
					t.Errorf("the gateway's own id of the definition was not kept: %v", id)
				}
			}
			if fmt.Sprint(g.calls) != fmt.Sprint(want) {
				t.Errorf("calls %q, want %q", g.calls, want)
			}
			wait = 200 * time.Millisecond // after which nothing that can be seen has changed
			push(shop("2", `,"unknown":{"a":1}`), Update, name == "tykctl")
		})
	}
}

// TestSlowPush: a gateway that takes its time is waited for, one that never serves it is told of.
func TestSlowPush(t *testing.T) {
	g := definitionsGateway("Tyk GW")
	c := start(t, g)
	p, err := c.PlanPush(t.Context(), "shop", shop("1", ""))
	if err != nil {
		t.Fatal(err)
	}
	g.slow = 1 << 20
	var down *UnreachableError
	if _, err := c.DoPush(t.Context(), p, 100*time.Millisecond); !errors.As(err, &down) || !strings.Contains(err.Error(), "does not serve it") {
		t.Errorf("got %v", err)
	}
}

func TestPushRefused(t *testing.T) {
	g := definitionsGateway("Tyk GW")
	c := start(t, g)
	g.refuses = "the payload is \x1b[31mwrong"
	p, err := c.PlanPush(t.Context(), "shop", shop("1", ""))
	if err != nil {
		t.Fatal(err)
	}
	var refused *StatusError
	if _, err := c.DoPush(t.Context(), p, time.Second); !errors.As(err, &refused) || refused.Message != "the payload is  [31mwrong" {
		t.Errorf("got %v", err)
	}
}

func TestDeleteDefinition(t *testing.T) {
	for _, name := range []string{"Tyk GW", "tykctl"} {
		g := definitionsGateway(name)
		c := start(t, g)
		p, err := c.PlanPush(t.Context(), "shop", shop("1", ""))
		if err == nil {
			_, err = c.DoPush(t.Context(), p, time.Second)
		}
		if err == nil {
			err = c.DeleteDefinition(t.Context(), "shop", time.Second)
		}
		if err != nil || g.served["shop"] != nil {
			t.Errorf("%s: %v, %v is served", name, err, g.served)
		}
	}
}

// TestShownPush: what is printed of a push has no secret in it, and tells that one changes.
func TestShownPush(t *testing.T) {
	c := start(t, definitionsGateway("tykctl"))
	p, err := c.PlanPush(t.Context(), "shop", shop("1", `,"server2":{"notifications":{"sharedSecret":"first-secret"}}`))
	if err == nil {
		_, err = c.DoPush(t.Context(), p, time.Second)
	}
	if err != nil {
		t.Fatal(err)
	}
	p, err = c.PlanPush(t.Context(), "shop", shop("1", `,"server2":{"notifications":{"sharedSecret":"second-secret"}}`))
	if err != nil {
		t.Fatal(err)
	}
	have, want := string(p.Have), string(p.Want)
	if p.Kind != Update || strings.Contains(have+want, "-secret") || !strings.Contains(have, "*** (on the gateway)") || !strings.Contains(want, "*** (new)") {
		t.Errorf("%q:\n%s\n%s", p.Kind, have, want)
	}
}

// TestAlike: what a Tyk Gateway adds and drops is no difference, what means something is one.
func TestAlike(t *testing.T) {
	for _, c := range []struct {
		name, have, want string
		same             bool
	}{
		{"its own server", `{"servers":[{"url":"http://gw:80/shop/"},{"url":"https://a"}],"x-tyk-api-gateway":{"server":{"listenPath":{"value":"/shop/"}}}}`, `{"servers":[{"url":"https://a"}],"x-tyk-api-gateway":{"server":{"listenPath":{"value":"/shop/"}}}}`, true},
		{"that of another gateway too", `{"servers":[{"url":"http://gw:80/shop/"}],"x-tyk-api-gateway":{"server":{"listenPath":{"value":"/shop/"}}}}`, `{"servers":[{"url":"https://old/shop"}],"x-tyk-api-gateway":{"server":{"listenPath":{"value":"/shop/"}}}}`, true},
		{"a server below the listen path of all", `{"servers":[{"url":"http://gw:80/"},{"url":"https://a"}],"x-tyk-api-gateway":{"server":{"listenPath":{"value":"/"}}}}`, `{"servers":[{"url":"https://a"}],"x-tyk-api-gateway":{"server":{"listenPath":{"value":"/"}}}}`, true},
		{"another server beside its own", `{"servers":[{"url":"http://gw:80/a/"},{"url":"https://a"}],"x-tyk-api-gateway":{"server":{"listenPath":{"value":"/a/"}}}}`, `{"servers":[{"url":"https://b"}],"x-tyk-api-gateway":{"server":{"listenPath":{"value":"/a/"}}}}`, false},
		{"another server", `{"servers":[{"url":"https://b"}]}`, `{"servers":[{"url":"https://a"}]}`, false},
		{"zero values", `{"a":{"b":{"enabled":false,"n":0,"s":"","l":[]}}}`, `{}`, true},
		{"no requirement of security", `{"security":[]}`, `{}`, false},
		{"an example", `{"example":{"a":false}}`, `{"example":{}}`, false},
		{"the database's id", `{"x-tyk-api-gateway":{"info":{"id":"a","dbId":"x","orgId":"o"}}}`, `{"x-tyk-api-gateway":{"info":{"id":"a"}}}`, true},
		{"another organisation", `{"x-tyk-api-gateway":{"info":{"id":"a","orgId":"o"}}}`, `{"x-tyk-api-gateway":{"info":{"id":"a","orgId":"p"}}}`, false},
		{"large numbers", `{"n":9007199254740993}`, `{"n":9007199254740992}`, false},
	} {
		have, errHave := parse([]byte(c.have))
		want, errWant := parse([]byte(c.want))
		if errHave != nil || errWant != nil {
			t.Fatal(errHave, errWant)
		}
		if a, b := alike(have, want, true); equal(a, b) != c.same {
			t.Errorf("%s: %v and %v", c.name, a, b)
		}
		if a, b := alike(have, want, false); equal(a, b) {
			t.Errorf("%s: our gateway changes nothing, so it is a difference", c.name)
		}
	}
}
