//go:build !race

package memory

import (
	"context"
	"testing"

	"github.com/tykctl/tykctl/runtime/store"
)

func TestAccessTokenDoesNotAllocate(t *testing.T) {
	s, keys := filled(t, 1)
	ctx := context.Background()
	unknown := store.KeyOf("unknown")
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := s.AccessToken(ctx, keys[0]); err != nil {
			t.Fatal(err)
		}
		if _, err := s.AccessToken(ctx, unknown); err == nil {
			t.Fatal("found")
		}
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
