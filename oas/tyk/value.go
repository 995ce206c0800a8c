package tyk

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// durationUnits are the units of a duration in the order in which they must come, with their spellings.
var durationUnits = [][]string{{"h"}, {"m"}, {"s"}, {"ms"}, {"us", "µs", "μs"}, {"ns"}}

// ParseDuration reads Tyk's compact form of a duration, such as "1h30m15s500ms": numbers with units, largest unit first,
// each unit at most once. The empty string is no time at all. A sign and a number without a unit are refused.
func ParseDuration(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	next := 0
	for rest := s; rest != ""; {
		afterNumber := strings.TrimLeft(rest, "0123456789.")
		unit, rank := durationUnit(afterNumber, next)
		if len(afterNumber) == len(rest) || unit == "" {
			return 0, fmt.Errorf("%q is not a duration such as 1h30m15s", s)
		}
		rest, next = afterNumber[len(unit):], rank+1
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a duration such as 1h30m15s", s)
	}
	return d, nil
}

// durationUnit returns the unit at the front of s, if its rank is at least from.
func durationUnit(s string, from int) (unit string, rank int) {
	unit = s
	if i := strings.IndexAny(s, "0123456789."); i >= 0 {
		unit = s[:i]
	}
	for rank = from; rank < len(durationUnits); rank++ {
		if slices.Contains(durationUnits[rank], unit) {
			return unit, rank
		}
	}
	return "", 0
}

// IsReference reports whether s is, or holds, a reference to a key-value store that the gateway replaces at load:
// env://NAME, secrets://NAME, consul://path, vault://path, kv://path, and inside a longer text $secret_env.NAME (also
// conf, consul, vault) and $kv{path}.
func IsReference(s string) bool {
	scheme, rest, found := strings.Cut(s, "://")
	if found && rest != "" && rest[0] != '\n' {
		switch scheme {
		case "env", "secrets", "consul", "vault", "kv":
			return true
		}
	}
	if !strings.Contains(s, "$") {
		return false
	}
	for _, mark := range []string{"$secret_env.", "$secret_conf.", "$secret_consul.", "$secret_vault.", "$kv{"} {
		if strings.Contains(s, mark) {
			return true
		}
	}
	return false
}
