package bolt

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/tykctl/tykctl/runtime/store"
)

func TestFillAfterChange(t *testing.T) {
	old, now := &store.Client{PolicyID: "old"}, &store.Client{PolicyID: "now"}
	for name, test := range map[string]struct {
		change    clientChange
		committed bool
		want      *store.Client
	}{
		"update":           {clientChange{owner{"a", "1"}, now}, true, now},
		"delete":           {clientChange{owner{"a", "1"}, nil}, true, nil},
		"failed update":    {clientChange{owner{"a", "1"}, now}, false, nil},
		"failed delete":    {clientChange{owner{"a", "1"}, nil}, false, nil},
		"of another entry": {clientChange{owner{"a", "2"}, now}, true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var p part[owner, store.Client]
			p.init(10)
			epoch := p.begin()
			p.apply(test.change, test.committed)
			p.fill(owner{"a", "1"}, old, epoch) // read before the change
			if got, _ := p.get(owner{"a", "1"}); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
			p.fill(owner{"a", "3"}, old, p.begin())
			if got, _ := p.get(owner{"a", "3"}); got != old {
				t.Error("a fill without a change is lost")
			}
		})
	}
}

func TestCacheBound(t *testing.T) {
	var c keyed[store.AccessToken]
	c.init(640)
	for n := range 5000 {
		p := pair(n)
		part := c.part(p.Access.Key)
		if n%2 == 0 {
			part.apply(tokenChange{p.Access.Key, &p.Access}, true)
		} else {
			part.fill(p.Access.Key, &p.Access, part.begin())
		}
		if _, known := part.get(p.Access.Key); !known {
			t.Fatal("what came last is not there")
		}
	}
	sum := 0
	for i := range c {
		sum += len(c[i].records)
	}
	if sum != 640 {
		t.Errorf("%d records, want the bound of 640", sum)
	}
}

// TestRevokedWhileRead has readers that miss the cache, and fill it, while each token is revoked. Once the revocation returned, nobody
// may be served the token.
func TestRevokedWhileRead(t *testing.T) {
	s := openWithClient(t, Options{CacheTokens: 1}) // one token for each part of the cache: most reads miss
	s.db.NoSync = true
	const tokens = 200
	var revoked [tokens]atomic.Bool
	keys := make([]store.Key, tokens)
	for n := range tokens {
		keys[n] = issue(t, s, n).Access.Key
	}
	var stop atomic.Bool
	var readers sync.WaitGroup
	for r := range 4 {
		readers.Go(func() {
			for i := r; !stop.Load(); i++ {
				n := i * 7 % tokens
				before := revoked[n].Load()
				_, err := s.AccessToken(context.Background(), keys[n])
				if err == nil && before {
					t.Errorf("token %d is served after its revocation", n)
					return
				}
				if err != nil && !errors.Is(err, store.ErrNotFound) {
					t.Error(err)
					return
				}
			}
		})
	}
	for n := range tokens {
		var err error
		switch n % 3 {
		case 0:
			err = s.RevokeAccess(t.Context(), keys[n])
		case 1:
			err = s.RevokeFamily(t.Context(), pair(n).Access.Family)
		default:
			next := pair(n)
			next.Access.Key, next.Refresh = store.KeyOf("next"+string(keys[n][:])), nil
			err = s.RotateRefresh(t.Context(), pair(n).Refresh.Key, next)
		}
		if err != nil {
			t.Error(err)
		}
		revoked[n].Store(true)
	}
	stop.Store(true)
	readers.Wait()
	for n := range tokens {
		if has(t, s, keys[n]) {
			t.Errorf("token %d is served after its revocation", n)
		}
	}
}
