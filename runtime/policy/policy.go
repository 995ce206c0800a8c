// Package policy says what a credential may do: it merges the policies and the rules that belong to an access token or a key into one Session,
// which tells for each API whether it may be called, which parts of it, and within which limits. Everything follows Tyk Gateway 5.8,
// but for one thing: who has no access rights has none, where Tyk gives all.
//
// Nothing here counts requests, asks a store or knows the time. A Set is a generation's policies; it and the sessions made from it never
// change, so sessions can be kept and shared for as long as their Set lives.
package policy

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/compiler/plan"
)

// Set is the policies of one generation.
type Set struct {
	plan     *plan.Plan
	policies []plan.Policy // ordered by id
	byID     map[string]int
	apis     map[string]plan.APIID
	patterns map[string]*regexp.Regexp // every pattern of the policies; nil: it does not compile, and matches nothing
}

// NewSet returns the policies of a plan and those of the store. One of the store takes the place of one of the plan with the same id. Plan and
// policies must not be modified afterwards.
func NewSet(p *plan.Plan, stored ...plan.Policy) *Set {
	s := &Set{
		plan:     p,
		policies: merged(p.Policies, stored),
		apis:     make(map[string]plan.APIID, len(p.APIs)),
		patterns: map[string]*regexp.Regexp{},
	}
	for i := range p.APIs {
		if _, taken := s.apis[p.APIs[i].ID]; !taken {
			s.apis[p.APIs[i].ID] = plan.APIID(i)
		}
	}
	s.byID = make(map[string]int, len(s.policies))
	for i := range s.policies {
		s.byID[s.policies[i].ID] = i
		for _, a := range s.policies[i].Access {
			for _, u := range a.Allowed {
				if _, known := s.patterns[u.Pattern]; !known {
					s.patterns[u.Pattern] = compile(u.Pattern)
				}
			}
		}
	}
	return s
}

// merged puts both lists in order of their ids; of equal ids the last stored one stays.
func merged(planned, stored []plan.Policy) []plan.Policy {
	all := slices.Concat(planned, stored)
	slices.Reverse(all)
	slices.SortStableFunc(all, func(a, b plan.Policy) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(all, func(a, b plan.Policy) bool { return a.ID == b.ID })
}

func compile(pattern string) *regexp.Regexp {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil
	}
	return re
}

// pattern returns what a pattern compiles to. Those of rules are compiled with each session.
func (s *Set) pattern(text string) *regexp.Regexp {
	if re, ok := s.patterns[text]; ok {
		return re
	}
	return compile(text)
}

// Policy returns the policy with an id. It is shared.
func (s *Set) Policy(id string) (*plan.Policy, bool) {
	i, ok := s.byID[id]
	if !ok {
		return nil, false
	}
	return &s.policies[i], true
}

// Policies returns all policies, ordered by id. The slice is shared.
func (s *Set) Policies() []plan.Policy { return s.policies }

// sortAccess orders access rights by API id, as a plan has them.
func sortAccess(list []plan.Access) {
	slices.SortFunc(list, func(a, b plan.Access) int { return strings.Compare(a.APIID, b.APIID) })
}
