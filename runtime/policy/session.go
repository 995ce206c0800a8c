package policy

import (
	"errors"
	"regexp"

	"github.com/tykctl/tykctl/compiler/plan"
)

// Why there is no session. A caller answers all of them alike (Tyk: 403 "Key not authorised"); they are apart for the log.
var (
	ErrNoPolicy     = errors.New("policy: a policy that is named does not exist")
	ErrOrganisation = errors.New("policy: a policy belongs to another organisation")
	ErrPartitions   = errors.New("policy: per_api and other partitions cannot be applied together")
	ErrNoRights     = errors.New("policy: no access rights")
)

// Session is what policies and rules grant to one credential. It never changes.
type Session struct {
	Inactive bool // every request is refused
	Alias    string
	Tags     []string // sorted
	MetaData string   // a JSON object, or empty

	rights map[plan.APIID]*Right
}

// Right returns what the credential may do with an API, or false when it may not call it at all. The cost depends neither on the number of
// APIs nor on that of the rights.
func (s *Session) Right(api plan.APIID) (*Right, bool) {
	r, ok := s.rights[api]
	return r, ok
}

// Rights returns how many APIs may be called.
func (s *Session) Rights() int { return len(s.rights) }

// Right is the right to call one API.
type Right struct {
	// Limit bounds the requests. What bounds nothing is zero in it: rate and per together, a quota, a throttle.
	Limit plan.Limit

	// Scope tells which counters the limits are counted with: rights of one credential with equal scopes share them. Rights without a scope
	// are counted together, for the credential as a whole.
	Scope string

	restricted bool
	allowed    []allowed
}

// allowed opens a part of an API.
type allowed struct {
	pattern *regexp.Regexp // nil: matches nothing
	methods []string
}

// Admits reports whether a method may be used on a path. The path is that of the request, with the listen path. It does not allocate.
func (r *Right) Admits(method, path []byte) bool {
	if !r.restricted {
		return true
	}
	for i := range r.allowed {
		if a := &r.allowed[i]; a.pattern != nil && a.has(method) && a.pattern.Match(path) {
			return true
		}
	}
	return false
}

func (a *allowed) has(method []byte) bool {
	for _, m := range a.methods {
		if m == string(method) {
			return true
		}
	}
	return false
}
