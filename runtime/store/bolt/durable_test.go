package bolt

import (
	"testing"

	"github.com/tykctl/tykctl/runtime/store"
	"github.com/tykctl/tykctl/runtime/store/storetest"
)

func TestDurable(t *testing.T) {
	storetest.RunDurable(t, func(t *testing.T, path string) store.Store { return openTest(t, path, Options{Key: testKey}) })
}
