//go:build !race

package bolt

import (
	"context"
	"testing"
)

func TestHitsDoNotAllocate(t *testing.T) {
	s := openWithClient(t, Options{})
	key := issue(t, s, 1).Access.Key
	ctx := context.Background()
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := s.AccessToken(ctx, key); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Client(ctx, "api", "client"); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
