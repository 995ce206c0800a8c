package admin

import (
	"errors"
	"slices"
	"strings"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/internal/password"
	"github.com/tykctl/tykctl/runtime/store"
)

// userName is a user in the list of keys.
type userName struct {
	OrgID string `json:"org_id,omitempty"`
	Name  string `json:"name"`
}

func (h *Handler) userNames() ([]userName, *problem) {
	users, err := h.opt.Store.Users(h.context)
	if err != nil {
		return nil, h.storeProblem("list users", err)
	}
	names := make([]userName, len(users))
	for i, u := range users {
		names[i] = userName{u.OrgID, u.Name}
	}
	return names, nil
}

func (h *Handler) findUser(orgID, name string) (*store.User, *problem) {
	u, err := h.opt.Store.User(h.context, orgID, name)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, &problem{fasthttp.StatusNotFound, noKey}
	case err != nil:
		return nil, h.storeProblem("read user", err)
	}
	return u, nil
}

// userNamed finds a user by name: in the organisation that the query names, else in all, where it must be the only one.
func (h *Handler) userNamed(ctx *fasthttp.RequestCtx, name string) (*store.User, *problem) {
	if ctx.QueryArgs().Has("org_id") {
		return h.findUser(string(ctx.QueryArgs().Peek("org_id")), name)
	}
	users, err := h.opt.Store.Users(h.context)
	if err != nil {
		return nil, h.storeProblem("find user", err)
	}
	var found *store.User
	for _, u := range users {
		switch {
		case u.Name != name:
		case found != nil:
			return nil, bad("several organisations have a user of this name; say which with ?org_id=")
		default:
			found = u
		}
	}
	if found == nil {
		return nil, &problem{fasthttp.StatusNotFound, noKey}
	}
	return found, nil
}

// createUser makes a user, or puts another in the place of one.
func (h *Handler) createUser(ctx *fasthttp.RequestCtx, name string, s *session) {
	p := checkUserName(name)
	if name == "" {
		p = bad("a user needs a name: POST /tyk/keys/{name}")
	}
	if p == nil {
		p = h.noSuchKey(name)
	}
	if p == nil {
		p = h.saveUser(s.rules.OrgID, name, s)
	}
	if p != nil {
		p.answer(ctx)
		return
	}
	answerAction(ctx, name, "added")
}

// noSuchUser refuses a key that is the name of a user: names are no secrets.
func (h *Handler) noSuchUser(text string) *problem {
	names, p := h.userNames()
	if p == nil && slices.ContainsFunc(names, func(n userName) bool { return n.Name == text }) {
		p = &problem{fasthttp.StatusConflict, "a user has this name; names of users are no keys"}
	}
	return p
}

// noSuchKey refuses a name for a user that opens something already.
func (h *Handler) noSuchKey(name string) *problem {
	_, err := h.opt.Store.APIKey(h.context, store.KeyOf(name))
	switch {
	case err == nil:
		return &problem{fasthttp.StatusConflict, "this name is a key; names of users are no keys"}
	case !errors.Is(err, store.ErrNotFound):
		return h.storeProblem("read key", err)
	}
	return nil
}

// updateUser replaces the session of a user who exists. Without a password in it he keeps his.
func (h *Handler) updateUser(ctx *fasthttp.RequestCtx, name string, s *session) {
	u, p := h.userNamed(ctx, name)
	if _, moves := s.members["org_id"]; p == nil && moves && s.rules.OrgID != u.OrgID {
		p = bad("a user stays in his organisation; delete him and create him anew")
	}
	if p == nil {
		p = h.saveUser(u.OrgID, name, s)
	}
	if p != nil {
		p.answer(ctx)
		return
	}
	answerAction(ctx, name, "modified")
}

// saveUser stores a user. Another password ends the tokens that the former one has bought: who changes a password wants whoever knew it out.
func (h *Handler) saveUser(orgID, name string, s *session) *problem {
	if p := h.checkSession(s, true); p != nil {
		return p
	}
	h.users.Lock() // the password is read and written back
	defer h.users.Unlock()
	old, p := h.findUser(orgID, name)
	if p != nil && p.status != fasthttp.StatusNotFound {
		return p
	}
	u := &store.User{OrgID: orgID, Name: name, CreatedAt: h.opt.Now()}
	if old != nil {
		if old.FromFile {
			return userOfFile()
		}
		u.CreatedAt, u.PasswordHash = old.CreatedAt, old.PasswordHash
	}
	if s.password != "" {
		if u.PasswordHash, p = hashOf(s); p != nil {
			return p
		}
	}
	if orgID != "" {
		s.members["org_id"] = quoted(orgID)
	}
	if u.Session, p = h.sessionText(s); p != nil {
		return p
	}
	if old != nil && s.password != "" {
		if err := h.opt.Store.DeleteUser(h.context, orgID, name); err != nil && !errors.Is(err, store.ErrNotFound) {
			return h.storeProblem("end the tokens of a user", err)
		}
	}
	if err := h.opt.Store.PutUser(h.context, u); err != nil {
		return h.storeProblem("store user", err)
	}
	return nil
}

// hashOf returns what is kept of a password. One that is said to be a bcrypt hash already, as in an export of Tyk, is kept as it is.
func hashOf(s *session) (string, *problem) {
	if strings.EqualFold(s.hashType, "bcrypt") && strings.HasPrefix(s.password, "$2") {
		if err := password.Check(s.password); err != nil {
			return "", bad("basic_auth_data.password is no bcrypt hash that can be read")
		}
		return s.password, nil
	}
	hash, err := password.Hash(s.password)
	if err != nil {
		return "", bad("basic_auth_data.password must have 1 to 1024 bytes")
	}
	return hash, nil
}

func userOfFile() *problem {
	return &problem{fasthttp.StatusConflict, "This user comes from a users file; change him there and reload"}
}

func (h *Handler) removeUser(ctx *fasthttp.RequestCtx, name string) *problem {
	u, p := h.userNamed(ctx, name)
	switch {
	case p != nil && p.status == fasthttp.StatusNotFound:
		return &problem{fasthttp.StatusNotFound, noKeyToDelete}
	case p != nil:
		return p
	case u.FromFile:
		return userOfFile()
	}
	err := h.opt.Store.DeleteUser(h.context, u.OrgID, name)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return &problem{fasthttp.StatusNotFound, noKeyToDelete}
	case err != nil:
		return h.storeProblem("delete user", err)
	}
	return nil
}
