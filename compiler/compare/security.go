package compare

import (
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// requirement is one way to be let in: schemes, each with the scopes that it asks for.
type requirement map[string][]string

// requirementsOf are the ways to be let in to an operation; none when anybody is.
func requirementsOf(op *operation) []requirement {
	list := op.doc.OpenAPI.Security
	if op.op.Security != nil {
		list = *op.op.Security
	}
	var all []requirement
	for _, r := range list {
		if len(r) == 0 {
			return nil
		}
		all = append(all, normal(r))
	}
	return all
}

func normal(r openapi3.SecurityRequirement) requirement {
	out := requirement{}
	for scheme, scopes := range r {
		scopes = slices.Clone(scopes)
		slices.Sort(scopes)
		out[scheme] = slices.Compact(scopes)
	}
	return out
}

func (r requirement) schemes() string { return strings.Join(slices.Sorted(maps.Keys(r)), " + ") }

// String is "oauth (read write) + key".
func (r requirement) String() string {
	var parts []string
	for _, scheme := range slices.Sorted(maps.Keys(r)) {
		part := scheme
		if len(r[scheme]) > 0 {
			part += " (" + strings.Join(r[scheme], " ") + ")"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " + ")
}

func described(list []requirement) string {
	if len(list) == 0 {
		return "nothing"
	}
	var parts []string
	for _, r := range list {
		parts = append(parts, r.String())
	}
	slices.Sort(parts)
	return strings.Join(parts, ", or ")
}

// asksMore tells whether a requirement asks for a scope that another one of the same schemes does not.
func (r requirement) asksMore(than requirement) bool {
	for scheme, scopes := range r {
		if slices.ContainsFunc(scopes, func(s string) bool { return !slices.Contains(than[scheme], s) }) {
			return true
		}
	}
	return false
}

// security compares who is let in.
func (o *operations) security(title string, a, b *operation) {
	before, after := requirementsOf(a), requirementsOf(b)
	old, now := described(before), described(after)
	if old == now {
		return
	}
	what := title + "security"
	switch {
	case len(after) == 0:
		o.say(Security, Removed, what, old, now)
	case len(before) == 0:
		o.say(Breaking, Added, what, old, now)
	case slices.ContainsFunc(before, func(r requirement) bool { return !r.suffices(after) }):
		o.say(Breaking, Changed, what, old, now)
	default:
		o.say(Security, Changed, what, old, now)
	}
}

// suffices tells whether who fulfils the requirement fulfils one of a list.
func (r requirement) suffices(list []requirement) bool {
	return slices.ContainsFunc(list, func(other requirement) bool { return other.schemes() == r.schemes() && !other.asksMore(r) })
}
