package runtime_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tykctl/tykctl/runtime"
	"github.com/tykctl/tykctl/runtime/compat"
	"github.com/tykctl/tykctl/runtime/internal/password"
	"github.com/tykctl/tykctl/runtime/oauth"
	"github.com/tykctl/tykctl/runtime/store"
)

// inBothModes runs a test in each mode: what is insecure about Tyk is not brought back.
func inBothModes(t *testing.T, opt runtime.Options, test func(t *testing.T, x *exchange)) {
	for _, mode := range []compat.Mode{compat.RFC, compat.Tyk} {
		t.Run(mode.String(), func(t *testing.T) {
			opt.Compat = mode
			test(t, newExchange(t, opt))
		})
	}
}

// graceful are the options of a gateway that repeats refresh answers for ten seconds.
func graceful() runtime.Options {
	return runtime.Options{Key: []byte("0123456789abcdef0123456789abcdef"), RefreshGrace: oauth.DefaultRefreshGrace}
}

// TestCodeReplay: what a code bought ends when it is presented again (RFC 6749 §4.1.2).
func TestCodeReplay(t *testing.T) {
	inBothModes(t, graceful(), func(t *testing.T, x *exchange) {
		code := x.code("a", "cl")
		p := x.exchange("a", x.basic["cl"], code).json(t)
		next := refreshOf(p.Refresh)(x).json(t)
		if !x.opens(next.Access) {
			t.Fatal("the refreshed access token does not work")
		}
		if a := x.exchange("a", x.basic["cl"], code); a.status == 200 {
			t.Fatal("a code was redeemed twice")
		}
		if x.opens(next.Access) || refreshOf(next.Refresh)(x).status == 200 {
			t.Error("what a replayed code has bought lives on")
		}
	})
}

// TestCodeOfAnotherClient: it is refused, and stays usable by its owner, whom nobody else can harm.
func TestCodeOfAnotherClient(t *testing.T) {
	inBothModes(t, runtime.Options{}, func(t *testing.T, x *exchange) {
		code := x.code("a", "cl")
		if a := x.exchange("a", x.basic["other"], code); a.status == 200 {
			t.Fatal("a stolen code was redeemed")
		}
		p := x.exchange("a", x.basic["cl"], code)
		if p.status != 200 {
			t.Fatalf("a thief has used up the code: %d %s", p.status, p.body)
		}
		x.exchange("a", x.basic["other"], code)
		if !x.opens(p.json(t).Access) {
			t.Error("another client's replay has ended tokens that are not its own")
		}
	})
}

// TestMixedUpAPI: codes, tokens and credentials of one API mean nothing to another, also where a client has the same id there.
func TestMixedUpAPI(t *testing.T) {
	p := twoAPIs()
	g := start(t, p, nil)
	onA, onB := "cl:"+g.client("a", "cl"), "cl:"+g.client("b", "cl")
	pair := g.exchange("a", onA, g.code("a", "cl")).json(t)
	code := g.code("a", "cl")
	for name, a := range map[string]answer{
		"code":          g.exchange("b", onB, code),
		"refresh token": g.send("POST", "/b/oauth/token", form("grant_type", "refresh_token", "refresh_token", pair.Refresh), "Basic: "+onB),
		"credentials":   g.send("POST", "/b/oauth/token", form("grant_type", "client_credentials"), "Basic: "+onA),
		"access token":  g.send("GET", "/b/x", "", "Authorization: Bearer "+pair.Access),
	} {
		if a.status == 200 {
			t.Errorf("%s of another API is accepted", name)
		}
	}
	for _, token := range []string{pair.Access, pair.Refresh} {
		if a := g.send("POST", "/b/oauth/revoke", form("token", token), "Basic: "+onB); a.status != 200 {
			t.Errorf("revoke: %d", a.status)
		}
	}
	if a := g.send("GET", "/a/x", "", "Authorization: Bearer "+pair.Access); a.status != 200 {
		t.Errorf("another API's client of the same id has revoked the token: %d", a.status)
	}
	if a := g.exchange("a", onA, code); a.status != 200 {
		t.Errorf("the code was used up by another API: %d", a.status)
	}
}

// TestRefreshReuseInGrace: a client that has missed the answer gets the same one again.
func TestRefreshReuseInGrace(t *testing.T) {
	inBothModes(t, graceful(), func(t *testing.T, x *exchange) {
		p := x.pair("scope", "read write")
		first := refreshOf(p.Refresh)(x).json(t)
		x.clock.advance(9 * time.Second)
		again := refreshOf(p.Refresh)(x).json(t)
		if again.Access != first.Access || again.Refresh != first.Refresh || again.Scope != first.Scope {
			t.Fatalf("another answer: %+v, first %+v", again, first)
		}
		if again.Expires != first.Expires-9 {
			t.Errorf("expires_in %d after 9 s", again.Expires)
		}
		if !x.opens(first.Access) || x.opens(p.Access) {
			t.Error("the new access token must work, and the old one must not")
		}
		if a := x.token("cl", "grant_type", "refresh_token", "refresh_token", p.Refresh, "scope", "read"); a.status == 200 {
			t.Errorf("another request was answered: %s", a.body)
		} else if x.opens(first.Access) {
			t.Error("another request with a spent refresh token is no repetition: its family must end")
		}
	})
}

// TestRefreshReuseAfterUse: an answer that was used has arrived, so a second request comes from somebody else.
func TestRefreshReuseAfterUse(t *testing.T) {
	inBothModes(t, graceful(), func(t *testing.T, x *exchange) {
		p := x.pair()
		first := refreshOf(p.Refresh)(x).json(t)
		second := refreshOf(first.Refresh)(x).json(t)
		if a := refreshOf(p.Refresh)(x); a.status == 200 {
			t.Fatalf("%s", a.body)
		}
		if x.opens(second.Access) || refreshOf(second.Refresh)(x).status == 200 {
			t.Error("the family lives on")
		}
	})
}

// TestRefreshReuseOutOfGrace ends the family (RFC 9700 §4.14.2), at once when there is no grace, or no key to derive the answer from.
func TestRefreshReuseOutOfGrace(t *testing.T) {
	keyless := graceful()
	keyless.Key = nil
	for name, tt := range map[string]struct {
		opt   runtime.Options
		after time.Duration
	}{"late": {graceful(), 10 * time.Second}, "no grace": {runtime.Options{Key: graceful().Key}, 0}, "no key": {keyless, 0}} {
		t.Run(name, func(t *testing.T) {
			inBothModes(t, tt.opt, func(t *testing.T, x *exchange) {
				p := x.pair()
				next := refreshOf(p.Refresh)(x).json(t)
				x.clock.advance(tt.after)
				if a := refreshOf(p.Refresh)(x); a.status == 200 {
					t.Fatalf("%s", a.body)
				}
				if x.opens(next.Access) || refreshOf(next.Refresh)(x).status == 200 {
					t.Error("the family of a reused refresh token lives on")
				}
			})
		})
	}
}

// TestRefreshByAThief: a refresh token of another client is refused, and neither repeats an answer nor ends anything.
func TestRefreshByAThief(t *testing.T) {
	inBothModes(t, graceful(), func(t *testing.T, x *exchange) {
		p := x.pair()
		next := refreshOf(p.Refresh)(x).json(t)
		if a := x.token("other", "grant_type", "refresh_token", "refresh_token", p.Refresh); a.status == 200 {
			t.Fatalf("another client was given the answer: %s", a.body)
		}
		if !x.opens(next.Access) {
			t.Error("another client has ended the family")
		}
	})
}

// race sends a request twelve times at once and returns the good answers.
func race(attempt func() answer) (won []answer) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			if a := attempt(); a.status == 200 {
				mu.Lock()
				defer mu.Unlock()
				won = append(won, a)
			}
		})
	}
	wg.Wait()
	return won
}

// TestParallelCode: of parallel uses of a code one wins, and the losers end what it got.
func TestParallelCode(t *testing.T) {
	inBothModes(t, graceful(), func(t *testing.T, x *exchange) {
		code := x.code("a", "cl")
		won := race(func() answer { return x.exchange("a", x.basic["cl"], code) })
		if len(won) != 1 {
			t.Fatalf("%d exchanges of one code succeeded", len(won))
		}
		if x.opens(won[0].json(t).Access) {
			t.Error("the access token of a replayed code works")
		}
	})
}

// TestParallelRefresh: one wins; in the grace window the others get the winner's answer, so that there is one successor whatever happens.
func TestParallelRefresh(t *testing.T) {
	inBothModes(t, graceful(), func(t *testing.T, x *exchange) {
		p := x.pair()
		won := race(func() answer { return refreshOf(p.Refresh)(x) })
		for _, a := range won {
			if a.body != won[0].body {
				t.Errorf("two successors: %s and %s", a.body, won[0].body)
			}
		}
		if len(won) != 12 || !x.opens(won[0].json(t).Access) {
			t.Errorf("%d of 12 were answered", len(won))
		}
	})
	inBothModes(t, runtime.Options{}, func(t *testing.T, x *exchange) {
		p := x.pair()
		won := race(func() answer { return refreshOf(p.Refresh)(x) })
		if len(won) != 1 {
			t.Fatalf("%d uses of one refresh token succeeded", len(won))
		}
		if x.opens(won[0].json(t).Access) {
			t.Error("the family of a reused refresh token lives on")
		}
	})
}

// TestRevokedThenRefreshed: nothing brings back what was revoked, not even the grace window.
func TestRevokedThenRefreshed(t *testing.T) {
	inBothModes(t, graceful(), func(t *testing.T, x *exchange) {
		p := x.pair()
		next := refreshOf(p.Refresh)(x).json(t)
		if a := revoke("revoke", "cl", "token", p.Refresh)(x); a.status != 200 { // the older one: the client wants the grant to end
			t.Fatalf("revoke: %d %s", a.status, a.body)
		}
		for _, token := range []string{p.Refresh, next.Refresh} {
			if a := refreshOf(token)(x); a.status == 200 {
				t.Errorf("refreshed after revocation: %s", a.body)
			}
		}
		if x.opens(next.Access) {
			t.Error("the access token of a revoked refresh token works")
		}
		q := x.pair()
		if a := revoke("revoke_all", "cl")(x); a.status != 200 {
			t.Fatalf("revoke_all: %d", a.status)
		}
		if refreshOf(q.Refresh)(x).status == 200 || x.opens(q.Access) {
			t.Error("revoke_all has left something")
		}
	})
}

// TestPKCEDowngrade: taking the challenge out of the request, or its method, does not help (RFC 9700 §4.8.2).
func TestPKCEDowngrade(t *testing.T) {
	inBothModes(t, runtime.Options{}, func(t *testing.T, x *exchange) {
		plain := rfc7636Verifier
		for name, a := range map[string]answer{
			"no challenge, verifier":   redeem("cl", nil, "redirect_uri", redirectURI, "code_verifier", rfc7636Verifier)(x),
			"challenge, no verifier":   redeem("cl", challenged, "redirect_uri", redirectURI)(x),
			"challenge as verifier":    redeem("cl", challenged, "redirect_uri", redirectURI, "code_verifier", rfc7636Challenge)(x),
			"method plain":             authorizeFor("code_challenge", plain, "code_challenge_method", "plain")(x),
			"method left out":          authorizeFor("code_challenge", plain)(x),
			"method in another case":   authorizeFor("code_challenge", rfc7636Challenge, "code_challenge_method", "s256")(x),
			"public, no challenge":     authorizeFor("client_id", "public")(x),
			"verifier of another code": redeem("cl", []string{"code_challenge", challengeOf("x"), "code_challenge_method", "S256"}, "redirect_uri", redirectURI, "code_verifier", rfc7636Verifier)(x),
		} {
			if a.status == 200 {
				t.Errorf("%s: accepted", name)
			}
		}
	})
}

func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// TestEqualTimeFailures: a wrong password and an unknown user take the same way, told by the hashes that were computed, not by a clock. So do a
// wrong secret and an unknown client, told by what the answers hold.
func TestEqualTimeFailures(t *testing.T) {
	x := newExchange(t, runtime.Options{})
	cost := func(send func(*exchange) answer) (uint64, answer) {
		before := password.Computed()
		a := send(x)
		return password.Computed() - before, a
	}
	wrong, a := cost(passwordOf("ann", "x"))
	unknown, b := cost(passwordOf("nobody", "x"))
	inactive, c := cost(passwordOf("idle", "x"))
	if wrong != unknown || wrong != inactive || wrong == 0 {
		t.Errorf("hashes computed: wrong password %d, unknown user %d, inactive user %d", wrong, unknown, inactive)
	}
	if a.body != b.body || a.body != c.body || a.status != b.status {
		t.Errorf("answers differ:\n%s%s%s", a.body, b.body, c.body)
	}
	_, a = cost(authorized(func(*exchange) string { return "Basic " + b64("cl:x") }))
	_, b = cost(authorized(func(*exchange) string { return "Basic " + b64("nobody:x") }))
	if a.body != b.body || a.status != b.status {
		t.Errorf("answers differ:\n%s%s", a.body, b.body)
	}
}

// TestLongSecrets: all of 128 characters count.
func TestLongSecrets(t *testing.T) {
	inBothModes(t, runtime.Options{}, func(t *testing.T, x *exchange) {
		long := strings.Repeat("0123456789abcdef", 8)
		x.create(&store.Client{ID: "long", APIID: "a", Secrets: []store.Secret{{Key: store.KeyOf(long)}}})
		x.user("long", long, `{}`)
		for secret, want := range map[string]bool{long: true, long[:127]: false, long[:127] + "x": false, long + "x": false, long[:72]: false} {
			x.basic["long"] = "long:" + secret
			if got := clientCredentials("long")(x).status == 200; got != want {
				t.Errorf("client secret of %d characters: %v", len(secret), got)
			}
		}
		for text, want := range map[string]bool{long: true, long[:127] + "x": false} {
			if got := passwordOf("long", text)(x).status == 200; got != want {
				t.Errorf("password of %d characters: %v", len(text), got)
			}
		}
	})
}

// TestTwoSecrets: while a secret is rotated both work, the old one until it expires.
func TestTwoSecrets(t *testing.T) {
	x := newExchange(t, runtime.Options{})
	until := x.clock.Now().Add(time.Hour)
	x.create(&store.Client{ID: "rotating", APIID: "a", Secrets: []store.Secret{{Key: store.KeyOf("old")}, {Key: store.KeyOf("new")}}})
	err := x.store.UpdateClient(context.Background(), "a", "rotating", func(c *store.Client) error {
		c.Secrets[0].ExpiresAt = until
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	works := func(secret string) bool {
		x.basic["rotating"] = "rotating:" + secret
		return clientCredentials("rotating")(x).status == 200
	}
	if !works("old") || !works("new") {
		t.Error("both secrets must work")
	}
	x.clock.advance(time.Hour)
	if works("old") || !works("new") {
		t.Error("the old secret must have ended, and the new one not")
	}
	x.clock.advance(time.Hour)
	err = x.store.UpdateClient(context.Background(), "a", "rotating", func(c *store.Client) error {
		c.Secrets = c.Secrets[:1]
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if a := x.token("", "grant_type", "client_credentials", "client_id", "rotating"); a.status != 401 {
		t.Errorf("a client whose secrets have expired counts as public: %d %s", a.status, a.body)
	}
}

// TestUnauthenticatedRevocation: nobody ends a token without proof of being its client (RFC 7009 §2.1).
func TestUnauthenticatedRevocation(t *testing.T) {
	inBothModes(t, runtime.Options{}, func(t *testing.T, x *exchange) {
		p := x.pair()
		for name, send := range map[string]func(*exchange) answer{
			"nobody":            revoke("revoke", "", "token", p.Access),
			"id alone":          revoke("revoke", "", "token", p.Access, "client_id", "cl"),
			"wrong secret":      revoke("revoke", "", "token", p.Access, "client_id", "cl", "client_secret", "x"),
			"another client":    revoke("revoke", "other", "token", p.Access),
			"another's refresh": revoke("revoke", "other", "token", p.Refresh),
			"a public client":   revoke("revoke", "", "token", p.Access, "client_id", "public"),
			"the token as bearer": func(x *exchange) answer {
				return x.send("POST", "/a/oauth/revoke", form("token", p.Access), "Authorization: Bearer "+p.Access)
			},
			"all, nobody":       revoke("revoke_all", "", "client_id", "cl"),
			"all, another":      revoke("revoke_all", "other", "x", "y"),
			"all, in two minds": revoke("revoke_all", "other", "client_id", "cl"),
			"GET":               method("GET", "/a/oauth/revoke?token="+p.Access),
			"PUT":               method("PUT", "/a/oauth/revoke?token="+p.Access),
			"parameters in query": func(x *exchange) answer {
				return x.send("POST", "/a/oauth/revoke?token="+p.Access, "", "Basic: "+x.basic["cl"])
			},
		} {
			send(x)
			if !x.opens(p.Access) {
				t.Fatalf("%s has ended the token", name)
			}
		}
		if refreshOf(p.Refresh)(x).status != 200 {
			t.Error("the refresh token was ended")
		}
	})
}
