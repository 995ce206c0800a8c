package oauth

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

// FuzzBasic: the first reading of Basic is the literal one, every other the form-decoded one, and what the body contradicts is gone.
func FuzzBasic(f *testing.F) {
	for _, text := range []string{"cl:secret", "a%20b:c%2Bd", "a+b:c", ":x", "x:", "x", "%zz:%zz", "a:b:c", "\xff:\x00"} {
		f.Add(base64.StdEncoding.EncodeToString([]byte(text)), "cl", "secret")
	}
	f.Add("***", "", "")
	f.Fuzz(func(t *testing.T, encoded, id, secret string) {
		candidates, e := basicCredentials(encoded)
		if e != nil {
			return
		}
		text, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			t.Fatalf("%q is no base64", encoded)
		}
		user, pass, _ := strings.Cut(string(text), ":")
		if candidates[0].id != user || pass != "" && candidates[0].secrets[0] != pass {
			t.Fatalf("%q is read as %+v", text, candidates[0])
		}
		for _, c := range candidates[1:] {
			if plain, err := url.QueryUnescape(user); err != nil || c.id != plain {
				t.Errorf("%q is read as %+v", text, c)
			}
		}
		kept, e := agreeing(candidates, form{"client_id": id, "client_secret": secret})
		if (e == nil) != (len(kept) > 0) {
			t.Errorf("%+v, %v", kept, e)
		}
		for _, c := range kept {
			if id != "" && c.id != id || secret != "" && !containsSecret(c.secrets, secret) {
				t.Errorf("%+v is kept against %q %q", c, id, secret)
			}
		}
	})
}

func TestAuthentic(t *testing.T) {
	now := time.Unix(1000, 0)
	secret := func(text string, until time.Time) store.Secret {
		return store.Secret{Key: store.KeyOf(text), ExpiresAt: until}
	}
	confidential := &store.Client{Secrets: []store.Secret{secret("a", time.Time{}), secret("b", now)}}
	public := &store.Client{}
	for _, tt := range []struct {
		name    string
		client  *store.Client
		secrets []string
		want    bool
	}{
		{"good", confidential, []string{"a"}, true},
		{"another reading", confidential, []string{"x", "a"}, true},
		{"expired", confidential, []string{"b"}, false},
		{"wrong", confidential, []string{"x"}, false},
		{"nothing sent", confidential, nil, false},
		{"public, nothing sent", public, nil, true},
		{"public, something sent", public, []string{"x"}, false},
		{"public, empty text sent", public, []string{""}, false},
		{"nobody, nothing sent", nil, nil, false},
		{"nobody, something sent", nil, []string{"x"}, false},
	} {
		if got := (credentials{secrets: tt.secrets}).authentic(tt.client, now); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
