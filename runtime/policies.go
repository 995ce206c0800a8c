package runtime

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/access"
	"github.com/tykctl/tykctl/runtime/policy"
)

// policies are those in force in a generation: the plan's, and those that the admin API has put into the store. They are the one thing of a
// generation that is replaced while it lives; a set once taken out never changes.
type policies struct {
	live atomic.Pointer[access.Sessions]
}

// sessions returns what the policies in force make of credentials. They are kept until the policies change.
func (p *policies) sessions() *access.Sessions { return p.live.Load() }

// current returns the policies in force.
func (p *policies) current() *policy.Set { return p.sessions().Set() }

// exists reports whether a policy is in force.
func (p *policies) exists(id string) bool {
	_, found := p.current().Policy(id)
	return found
}

// loadPolicies takes over what the store has now. A policy that cannot be read opens nothing, whatever a file says of its id.
func (s *Server) loadPolicies(ctx context.Context, into *policies, p *plan.Plan) error {
	texts, err := s.opt.Store.Policies(ctx)
	if err != nil {
		return fmt.Errorf("read policies: %w", err)
	}
	stored := make([]plan.Policy, 0, len(texts))
	for _, id := range slices.Sorted(maps.Keys(texts)) {
		parsed, err := policy.ParsePolicy(texts[id])
		if err != nil {
			s.opt.Logger.Error("a policy of the store cannot be read and opens nothing", "policy", id, "error", err)
			stored = append(stored, plan.Policy{ID: id, Inactive: true})
			continue
		}
		parsed.ID = id
		stored = append(stored, *parsed)
	}
	into.live.Store(access.NewSessions(policy.NewSet(p, stored...), s.opt.Logger))
	return nil
}

// policiesChanged lets what the admin API has written count from the next request on, in whatever generation lives by then.
func (s *Server) policiesChanged(ctx context.Context) error {
	s.swapping.Lock()
	defer s.swapping.Unlock()
	g := s.generation.Load()
	return s.loadPolicies(ctx, &g.policies, g.plan)
}
