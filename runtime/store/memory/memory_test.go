package memory

import (
	"fmt"
	"testing"

	"go.uber.org/goleak"

	"github.com/tykctl/tykctl/runtime/store"
	"github.com/tykctl/tykctl/runtime/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestContract(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.Store { return New() })
}

// Leftover is for storetest.
func (s *Store) Leftover() string {
	var left string
	for what, n := range map[string]int{
		"clients": len(s.clients), "entries": len(s.entries), "queued": len(s.queue), "owners": len(s.byClient),
		"families": len(s.byFamily), "buyers": len(s.byUser), "keys": len(s.keys), "quotas": len(s.quotas), "users": len(s.users),
		"policies": len(s.policies), "notices": len(s.outbox.byID), "lines": len(s.outbox.byFamily), "due": len(s.outbox.due),
	} {
		if n > 0 {
			left += fmt.Sprintf("%d %s, ", n, what)
		}
	}
	return left
}
