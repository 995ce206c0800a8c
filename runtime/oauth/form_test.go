package oauth

import (
	"encoding/json"
	"net/url"
	"testing"
)

// FuzzForm compares the form readers with those of the standard library: what they accept, they read alike, and a parameter given twice is
// never accepted (RFC 6749 §3.2).
func FuzzForm(f *testing.F) {
	for _, seed := range []string{
		"grant_type=authorization_code&code=a%20b&redirect_uri=https%3A%2F%2Fx", "a=1&a=2", "a=1&b=&c", "%zz", "a;b", "=x",
		`{"grant_type": "client_credentials", "scope": "a\u0020b"}`, `{"a":"1","a":"2"}`, `{"a":1}`, `{"a":"b"}x`, `{}}`, `{"a":"b"}]`, `{}`, `[]`, `{"a":{"b":"c"}}`, `{"a":"`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, e := urlForm(text); e == nil {
			want, err := url.ParseQuery(text)
			if err != nil {
				t.Fatalf("accepted what is not urlencoded: %q", text)
			}
			for name, values := range want {
				if len(values) != 1 || got[name] != values[0] {
					t.Errorf("%q: %s is %q, want %q", text, name, got[name], values)
				}
			}
		}
		if got, e := jsonForm([]byte(text)); e == nil {
			var want map[string]string
			if err := json.Unmarshal([]byte(text), &want); err != nil {
				t.Fatalf("accepted what is no object of strings: %q: %v", text, err)
			}
			for name, value := range want {
				if got[name] != value {
					t.Errorf("%q: %s is %q, want %q", text, name, got[name], value)
				}
			}
		}
	})
}

func TestScopes(t *testing.T) {
	for scope, want := range map[string]bool{
		"": true, "a": true, "a b": true, "https://x/y:z": true, "a!#[]~": true,
		" ": false, "a ": false, " a": false, "a  b": false, "a\tb": false, `a"b`: false, `a\b`: false, "ä": false, "a\x7f": false,
	} {
		if got := validScope(scope); got != want {
			t.Errorf("validScope(%q) = %v (RFC 6749 §3.3)", scope, got)
		}
	}
	for _, tt := range []struct {
		scope, granted string
		want           bool
	}{{"a", "a b", true}, {"b a", "a b", true}, {"c", "a b", false}, {"a c", "a b", false}, {"a", "", false}, {"a", "ab", false}} {
		if got := narrower(tt.scope, tt.granted); got != tt.want {
			t.Errorf("narrower(%q, %q) = %v", tt.scope, tt.granted, got)
		}
	}
}
