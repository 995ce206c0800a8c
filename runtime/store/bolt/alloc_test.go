//go:build !race

package bolt

import (
	"context"
	"errors"
	"testing"

	"github.com/tykctl/tykctl/runtime/store"
)

// TestHitsDoNotAllocate: nor does the question whether an access token is an API key, or the other way round, once it was asked.
func TestHitsDoNotAllocate(t *testing.T) {
	s := openWithClient(t, Options{})
	token, key := issue(t, s, 1).Access.Key, store.KeyOf("key")
	ctx := context.Background()
	if err := errors.Join(s.PutKey(ctx, &store.APIKey{Key: key}), s.PutPolicy(ctx, "gold", nil)); err != nil {
		t.Fatal(err)
	}
	for name, read := range map[string]func() error{
		"AccessToken":           func() error { _, err := s.AccessToken(ctx, token); return err },
		"APIKey":                func() error { _, err := s.APIKey(ctx, key); return err },
		"AccessToken of an API": func() error { _, err := s.AccessToken(ctx, key); return missing(err) },
		"APIKey of a token":     func() error { _, err := s.APIKey(ctx, token); return missing(err) },
		"Client":                func() error { _, err := s.Client(ctx, "api", "client"); return err },
		"Policies":              func() error { _, err := s.Policies(ctx); return err },
	} {
		if n := testing.AllocsPerRun(1000, func() {
			if err := read(); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations, want none", name, n)
		}
	}
}

func missing(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return errors.New("found")
}
