package tyk

import (
	"fmt"
	"strings"
	"time"
)

// durationUnits are the units of a duration in the order in which they must come.
var durationUnits = []string{"h", "m", "s", "ms", "µs", "us", "ns"}

// ParseDuration reads Tyk's compact form of a duration, such as "1h30m15s500ms": numbers with units, largest unit first,
// each unit at most once. The empty string is no time at all. A sign and a number without a unit are refused.
func ParseDuration(s string) (time.Duration, error) {
	rest, next := s, 0
	for rest != "" {
		n := strings.IndexFunc(rest, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
		if n <= 0 {
			return 0, fmt.Errorf("%q is not a duration such as 1h30m15s", s)
		}
		rest = rest[n:]
		at := -1
		for i := next; i < len(durationUnits); i++ {
			u := durationUnits[i]
			if strings.HasPrefix(rest, u) && (len(rest) == len(u) || rest[len(u)] >= '0' && rest[len(u)] <= '9') {
				at = i
				break
			}
		}
		if at < 0 {
			return 0, fmt.Errorf("%q is not a duration such as 1h30m15s", s)
		}
		rest, next = rest[len(durationUnits[at]):], at+1
	}
	if s == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a duration such as 1h30m15s", s)
	}
	return d, nil
}

// IsReference reports whether s is, or holds, a reference to a key-value store that the gateway replaces at load:
// env://NAME, secrets://NAME, consul://path, vault://path, kv://path, and inside a longer text $secret_env.NAME (also
// conf, consul, vault) and $kv{path}.
func IsReference(s string) bool {
	scheme, rest, found := strings.Cut(s, "://")
	if found && rest != "" {
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
