package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/tykctl/tykctl/runtime/internal/password"
	"github.com/tykctl/tykctl/runtime/policy"
	"github.com/tykctl/tykctl/runtime/store"
)

// passwordGrant exchanges a user's name and password (RFC 6749 §4.3), for definitions that still ask for it (RFC 9700 §2.4 wants it gone). Only
// clients with a secret may use it, and guesses are bounded for each user and each address.
type passwordGrant struct{ s *Server }

func (passwordGrant) Type() string { return "password" }

func (g passwordGrant) Authorize(ctx context.Context, req *TokenRequest, c *store.Client) (Authorization, error) {
	name, pass, scope := req.Parameters["username"], req.Parameters["password"], req.Parameters["scope"]
	switch {
	case isPublic(c):
		return Authorization{}, errPublicClient
	case name == "":
		return Authorization{}, missing("username")
	case pass == "":
		return Authorization{}, missing("password")
	}
	if e := g.s.scope(scope); e != nil {
		return Authorization{}, e
	}
	if e := req.user.reserve(); e != nil {
		return Authorization{}, e
	}
	user, err := g.user(ctx, name, pass)
	if user == nil && err == nil {
		return Authorization{}, errWrongPassword
	}
	req.user.refund()
	if err != nil {
		return Authorization{}, err
	}
	rules, err := userRules(user.Session, c.PolicyID)
	if err != nil {
		g.s.opt.Logger.Error("session of user cannot be read", "user", name, "error", err)
		return Authorization{}, errServer
	}
	return Authorization{Scope: scope, Granted: scope, KeyRules: rules, User: name, UserOrg: g.s.api.OrgID, Refresh: true, Announce: true}, nil
}

// user returns the user whose password it is, or nil. A user who does not exist costs what a wrong password costs.
func (g passwordGrant) user(ctx context.Context, name, pass string) (*store.User, error) {
	user := &store.User{}
	if g.s.opt.Users != nil {
		found, err := g.s.opt.Users.User(ctx, g.s.api.OrgID, name)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		if err == nil {
			user = found
		}
	}
	ok, err := password.Verify(ctx, user.PasswordHash, pass)
	switch {
	case errors.Is(err, password.ErrHash):
		g.s.opt.Logger.Error("stored password hash of user cannot be read", "user", name)
		return nil, nil
	case errors.Is(err, password.ErrBusy):
		return nil, errBusy
	case err != nil:
		return nil, err
	case !ok || !g.mayLogIn(user):
		return nil, nil
	}
	return user, nil
}

// mayLogIn reports whether the session of a user is in force.
func (g passwordGrant) mayLogIn(user *store.User) bool {
	if len(user.Session) == 0 {
		return true
	}
	rules, err := policy.ParseRules(user.Session)
	if err != nil {
		return true // told where the session is used
	}
	return !rules.Inactive && (rules.Expires <= 0 || g.s.opt.Now().Unix() < rules.Expires)
}

// userRules is a copy of a user's session that has the policy of the client, too: its limits count for this client's tokens (RFC 6749 §4.3 lets the
// server decide). The user's record itself is never altered.
func userRules(session []byte, clientPolicy string) ([]byte, error) {
	if len(session) == 0 {
		return nil, nil
	}
	rules, err := policy.ParseRules(session)
	if err != nil {
		return nil, err
	}
	if clientPolicy == "" || slices.Contains(rules.Policies, clientPolicy) {
		return session, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(session, &members); err != nil {
		return nil, err
	}
	list, err := json.Marshal(append(slices.Clone(rules.Policies), clientPolicy))
	if err != nil {
		return nil, err
	}
	members["apply_policies"] = list
	return json.Marshal(members)
}
