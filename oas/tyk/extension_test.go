package tyk

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestDecode(t *testing.T) {
	e, err := Decode([]byte(` {
		"info": {"id": "a", "name": "Pets", "state": {"ACTIVE": true}, "unknown": [1, {"x": null}]},
		"server": {"listenPath": {"value": "/pets/", "strip": true},
			"authentication": {"enabled": true, "securitySchemes": {
				"oauth": {"enabled": true, "header": {"enabled": true, "name": "Authorization"}, "refreshToken": true,
					"allowedAuthorizeTypes": ["code"], "notifications": {"onKeyChangeUrl": "http://x"}},
				"gone": null}}},
		"upstream": {"url": "http://up", "rateLimit": {"enabled": true, "rate": 5, "per": "1m"}},
		"middleware": {"operations": {"getPet": {"validateRequest": {"enabled": true}}, "nothing": null}}
	}`))
	if err != nil {
		t.Fatal(err)
	}
	if e.Info.Name != "Pets" || !e.Info.State.Active || !e.Server.ListenPath.Strip || e.Upstream.RateLimit.Rate != 5 {
		t.Errorf("decoded %+v", e)
	}
	schemes := e.Server.Authentication.SecuritySchemes
	oauth := schemes["oauth"]
	if len(schemes) != 1 || !oauth.Any() || !oauth.RefreshToken || oauth.Notifications.OnKeyChangeURL != "http://x" || oauth.ExternalIssuer() {
		t.Errorf("schemes are %+v", schemes)
	}
	ops := e.Middleware.Operations
	if len(ops) != 1 || !ops["getPet"].ValidateRequest.Enabled || ops["getPet"].Allow.On() || ops["getPet"].Internal.On() {
		t.Errorf("operations are %+v", ops)
	}
	if e.Server.CustomDomain != nil || e.Middleware.Global != nil {
		t.Error("what is absent is not nil")
	}
}

// TestDecodeTolerant holds that a value of the wrong type costs its own field only.
func TestDecodeTolerant(t *testing.T) {
	e, err := Decode([]byte(`{
		"info": {"name": 5, "orgId": "o", "state": "yes"},
		"server": {"port": "80", "protocol": "h2c", "authentication": {"enabled": "x", "stripAuthorizationData": true,
			"securitySchemes": {"a": {"allowedAuthorizeTypes": "code", "authLoginRedirect": "http://l"}, "b": 7}}},
		"upstream": [], "middleware": {"operations": {"x": {"allow": true, "rateLimit": {"rate": 1.5, "per": "1s"}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	auth := e.Server.Authentication
	if e.Info.OrgID != "o" || e.Server.Protocol != "h2c" || !auth.StripAuthorizationData || auth.Enabled {
		t.Errorf("decoded %+v, %+v", e, auth)
	}
	if a := auth.SecuritySchemes["a"]; a.AuthLoginRedirect != "http://l" || a.AllowedAuthorizeTypes != nil {
		t.Errorf("scheme is %+v", a)
	}
	if limit := e.Middleware.Operations["x"].RateLimit; limit.Per != "1s" || limit.Rate != 0 {
		t.Errorf("limit is %+v", limit)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, in := range []string{``, ` `, `null`, `[]`, `"x"`, `true`, `{`, `{"a":1}}`, `{"a":1} x`} {
		if e, err := Decode([]byte(in)); err == nil || e != nil {
			t.Errorf("Decode(%q) = %+v, %v", in, e, err)
		}
	}
}

// TestNothingIsLost holds that what was decoded comes out again, known or unknown, in its order.
func TestNothingIsLost(t *testing.T) {
	raw := []byte(`{"z":1.50,"info":{"x-mine":[1e3,"é"],"name":"a"},"server":{},"A":null}`)
	e, err := Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	want := bytes.Clone(raw)
	clear(raw) // Decode keeps its own copy
	if !bytes.Equal(e.Raw(), want) {
		t.Errorf("raw is %s", e.Raw())
	}
	out, err := json.Marshal(map[string]any{"x": e})
	if err != nil || string(out) != `{"x":`+string(want)+`}` {
		t.Errorf("marshalled %s, %v", out, err)
	}
	if _, err := json.Marshal(new(Extension)); err == nil {
		t.Error("an extension without a document can be marshalled")
	}
}

// TestNames holds that every field has a JSON name in camel case, so that none is missed by a slip of the pen.
func TestNames(t *testing.T) {
	seen := make(map[reflect.Type]bool)
	var visit func(reflect.Type)
	visit = func(typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			visit(typ.Elem())
			return
		case reflect.Struct:
		default:
			return
		}
		if seen[typ] {
			return
		}
		seen[typ] = true
		names := make(map[string]bool)
		for f := range typ.Fields() {
			if f.Anonymous {
				visit(f.Type)
				continue
			}
			name := f.Tag.Get("json")
			if !f.IsExported() {
				continue
			}
			if name == "" || !strings.EqualFold(name, f.Name) || names[name] {
				t.Errorf("%s.%s has the JSON name %q", typ, f.Name, name)
			}
			names[name] = true
			visit(f.Type)
		}
	}
	visit(reflect.TypeFor[Extension]())
	if len(seen) < 50 {
		t.Errorf("only %d types visited", len(seen))
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"server":{"authentication":{"securitySchemes":{"a":null}}},"middleware":{"operations":{"b":{}}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := Decode(raw)
		if (err == nil) != (e != nil) {
			t.Fatal("neither a value nor an error")
		}
		if e != nil && !bytes.Equal(e.Raw(), raw) {
			t.Error("raw differs")
		}
	})
}

func TestParseDuration(t *testing.T) {
	for in, want := range map[string]time.Duration{
		"": 0, "0s": 0, "1h30m15s500ms": time.Hour + 30*time.Minute + 15*time.Second + 500*time.Millisecond,
		"90m": 90 * time.Minute, "2.5s": 2500 * time.Millisecond, "1ms2µs3ns": 1002003, "1us": 1000, "1m1ms": time.Minute + time.Millisecond,
	} {
		if got, err := ParseDuration(in); err != nil || got != want {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", in, got, err, want)
		}
	}
	for _, in := range []string{
		"1", "s", "-1s", "+1s", "1 s", " 1s", "1s ", "1s1h", "1s1s", "1d", "1H", "1hour", "1..s", ".s", "9999999999h", "1m\n", "env://X", "1µs1us", "1e3s",
	} {
		if got, err := ParseDuration(in); err == nil {
			t.Errorf("ParseDuration(%q) = %v, want an error", in, got)
		}
	}
}

// FuzzParseDuration holds that whatever is accepted means the same to Go, which is what the gateway asks.
func FuzzParseDuration(f *testing.F) {
	f.Add("1h30m15s500ms")
	f.Add("1.5µs")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseDuration(s)
		if err != nil || s == "" {
			return
		}
		if want, err := time.ParseDuration(s); err != nil || want != got {
			t.Errorf("%q is %v, to Go %v, %v", s, got, want, err)
		}
	})
}

func TestIsReference(t *testing.T) {
	for _, s := range []string{"env://X", "secrets://a", "consul://a/b", "vault://a.b", "kv://x", "$secret_env.X", "http://$secret_vault.a/b", "x $kv{y}"} {
		if !IsReference(s) {
			t.Errorf("%q is no reference", s)
		}
	}
	for _, s := range []string{"", "env://", "ENV://X", "env:/X", " env://X", "http://x", "$secret_foo.X", "$secret_env", "$kv", "x env://X"} {
		if IsReference(s) {
			t.Errorf("%q is a reference", s)
		}
	}
}
