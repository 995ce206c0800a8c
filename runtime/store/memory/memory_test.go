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
	if len(s.clients)+len(s.entries)+len(s.queue)+len(s.byClient)+len(s.byFamily) == 0 {
		return ""
	}
	return fmt.Sprintf("%d clients, %d entries, %d queued, %d owners, %d families",
		len(s.clients), len(s.entries), len(s.queue), len(s.byClient), len(s.byFamily))
}
