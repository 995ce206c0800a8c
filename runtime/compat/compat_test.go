package compat

import (
	"regexp"
	"testing"
)

// TestDifferencesAreWhole: each has a name of its own and says all that there is to say.
func TestDifferencesAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range Differences() {
		if !regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`).MatchString(d.ID) || seen[d.ID] {
			t.Errorf("id %q is malformed or taken", d.ID)
		}
		seen[d.ID] = true
		if d.Area == "" || d.Tyk == "" || d.Here == "" || d.Why == "" {
			t.Errorf("%s has an empty column", d.ID)
		}
	}
}

func TestModes(t *testing.T) {
	for _, m := range []Mode{RFC, Tyk} {
		if got, err := Parse(m.String()); err != nil || got != m {
			t.Errorf("%s: %v, %v", m, got, err)
		}
	}
	if _, err := Parse("TYK"); err == nil {
		t.Error("an unknown mode is accepted")
	}
}
