//go:build !race

package memory

import (
	"context"
	"errors"
	"testing"

	"github.com/tykctl/tykctl/runtime/store"
)

func TestReadsDoNotAllocate(t *testing.T) {
	s, keys := filled(t, 1)
	ctx := context.Background()
	unknown, key := store.KeyOf("unknown"), store.KeyOf("key")
	if err := errors.Join(s.PutKey(ctx, &store.APIKey{Key: key}), s.PutPolicy(ctx, "gold", nil)); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := s.AccessToken(ctx, keys[0]); err != nil {
			t.Fatal(err)
		}
		if _, err := s.AccessToken(ctx, unknown); err == nil {
			t.Fatal("found")
		}
		if _, err := s.APIKey(ctx, key); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Policies(ctx); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
