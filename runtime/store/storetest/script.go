package storetest

import (
	"context"
	"fmt"

	"github.com/tykctl/tykctl/runtime/store"
)

// actor is one goroutine of the child that is killed. What it does in its k-th step depends on nothing but its name and k: the
// parent, which knows how many steps were acknowledged, takes them again with a model and knows what must be in the file.
type actor struct {
	*world
	name string // no other actor has it, in any round
}

// stepsPerCycle steps make a cycle, with tokens of its own. A client serves for cyclesPerClient.
const (
	stepsPerCycle   = 20
	cyclesPerClient = 4
)

// secretMark is in the text of every secret. None may be found in the file.
const secretMark = "tykctl-storetest-secret"

// secretsPerCycle is how many names secret gives in a cycle.
const secretsPerCycle = 10

func (a *actor) clientOf(cycle int) string {
	return fmt.Sprintf("%s-%d", a.name, cycle/cyclesPerClient)
}

// secret is the name from which pair and code derive the text of a secret.
func (a *actor) secret(cycle, n int) string {
	return fmt.Sprintf("%s %s %d %d", secretMark, a.name, cycle, n)
}

func (a *actor) pairNo(cycle, n int, family string) *store.TokenPair {
	p := a.pairOf(api, a.clientOf(cycle), "", a.secret(cycle, n))
	p.Access.Family = a.familyNo(cycle, family)
	p.Refresh.Family = p.Access.Family
	return p
}

func (a *actor) familyNo(cycle int, family string) (id store.FamilyID) {
	k := store.KeyOf(fmt.Sprint(a.name, cycle, family))
	copy(id[:], k[:])
	return id
}

func (a *actor) codeNo(cycle, n int) *store.Code {
	c := a.code("", a.secret(cycle, n))
	c.ClientID, c.Family = a.clientOf(cycle), a.familyNo(cycle, "code")
	return c
}

// step takes step k. Steps that are refused are part of the script.
func (a *actor) step(s store.Store, k int) error {
	ctx, cycle := context.Background(), k/stepsPerCycle
	id := a.clientOf(cycle)
	switch k % stepsPerCycle {
	case 0:
		if cycle%cyclesPerClient == 0 {
			return s.CreateClient(ctx, a.client(api, id))
		}
		return s.UpdateClient(ctx, api, id, func(c *store.Client) error {
			c.Description = fmt.Sprint("in cycle ", cycle)
			return nil
		})
	case 1:
		return s.PutCode(ctx, a.codeNo(cycle, 0))
	case 2:
		return s.RedeemCode(ctx, a.codeNo(cycle, 0).Key, a.pairNo(cycle, 0, "code"))
	case 3:
		return s.RotateRefresh(ctx, a.pairNo(cycle, 0, "code").Refresh.Key, a.pairNo(cycle, 1, "code"))
	case 4:
		return s.IssueTokens(ctx, a.pairNo(cycle, 2, "issued"))
	case 5:
		return s.IssueTokens(ctx, a.pairNo(cycle, 3, "issued"))
	case 6:
		return s.RevokeAccess(ctx, a.pairNo(cycle, 2, "issued").Access.Key)
	case 7:
		return s.PutCode(ctx, a.codeNo(cycle, 4))
	case 8:
		return a.end(ctx, s, cycle)
	case 9: // spent, or gone with its client
		return s.RotateRefresh(ctx, a.pairNo(cycle, 0, "code").Refresh.Key, a.pairNo(cycle, 5, "code"))
	case 10: // succeeds unless its family or client was revoked
		return s.RotateRefresh(ctx, a.pairNo(cycle, 1, "code").Refresh.Key, a.pairNo(cycle, 6, "code"))
	case 11:
		return s.IssueTokens(ctx, a.pairNo(cycle, 7, "last"))
	default:
		return a.stepOthers(ctx, s, cycle, k%stepsPerCycle)
	}
}

// end ends something larger: a family, a client's tokens, or in its last cycle a client with everything.
func (a *actor) end(ctx context.Context, s store.Store, cycle int) error {
	switch cycle % 4 {
	case 0:
		return s.RevokeFamily(ctx, a.familyNo(cycle, "code"))
	case 1:
		_, err := s.RevokeClient(ctx, api, a.clientOf(cycle))
		return err
	case 2:
		return s.Ping(ctx)
	default:
		return s.DeleteClient(ctx, api, a.clientOf(cycle))
	}
}

// holds returns how the store differs from what the model has after the steps taken, looking at all names that the step after
// them may know.
func (a *actor) holds(s, m store.Store, steps int) string {
	var names []string
	var clients [][2]string
	for cycle := range steps/stepsPerCycle + 1 {
		clients = append(clients, [2]string{api, a.clientOf(cycle)})
		for n := range secretsPerCycle {
			names = append(names, a.secret(cycle, n))
		}
		names = append(names, a.userOf(cycle))
	}
	if d := a.difference(s, m, names, clients); d != "" {
		return d
	}
	return a.differentLists(s, m)
}
