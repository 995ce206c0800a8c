package access

import "strings"

// hasOne reports whether a scope (RFC 6749 §3.3) has all names of one of the alternatives. No alternatives: any scope will do.
func hasOne(scope string, alternatives []string) bool {
	for _, names := range alternatives {
		if hasAll(scope, names) {
			return true
		}
	}
	return len(alternatives) == 0
}

func hasAll(scope, names string) bool {
	for names != "" {
		var name string
		name, names, _ = strings.Cut(names, " ")
		if !has(scope, name) {
			return false
		}
	}
	return true
}

func has(scope, name string) bool {
	for scope != "" {
		var one string
		if one, scope, _ = strings.Cut(scope, " "); one == name {
			return true
		}
	}
	return false
}
