package admin

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/internal/answer"
	"github.com/tykctl/tykctl/runtime/store"
)

const (
	noKey         = "Key not found"
	noKeyToDelete = "There is no such key found"
)

// keyBody is the answer that makes a key. The key is in it and in no other: the store has only its hash.
type keyBody struct {
	actionBody
	Warnings []string `json:"warnings,omitempty"`
}

// keys routes /tyk/keys and what is below it. A name that is followed by nothing may be a key, its hash with ?hashed=1, the name of a user, or an
// access token.
func (h *Handler) keys(ctx *fasthttp.RequestCtx, at []string) {
	switch {
	case len(at) == 0 && ctx.IsGet():
		h.listKeys(ctx)
	case len(at) == 0 && ctx.IsPost(), len(at) == 1 && at[0] == "create" && ctx.IsPost():
		h.createKey(ctx, "")
	case len(at) == 0:
		answer.MethodNotAllowed(ctx, "GET, POST")
	case len(at) > 1:
		notFound(ctx)
	case ctx.IsGet():
		h.getKey(ctx, at[0])
	case ctx.IsPost():
		h.createKey(ctx, at[0])
	case ctx.IsPut():
		h.updateKey(ctx, at[0])
	case ctx.IsDelete():
		h.deleteKey(ctx, at[0])
	default:
		answer.MethodNotAllowed(ctx, "GET, POST, PUT, DELETE")
	}
}

// createKey makes a key, chosen or generated, or a user when the session has a password.
func (h *Handler) createKey(ctx *fasthttp.RequestCtx, name string) {
	s, p := h.readSession(ctx)
	switch {
	case p != nil:
	case isHashed(ctx):
		p = bad("a key cannot be made from its hash")
	case s.password != "":
		h.createUser(ctx, name, s)
		return
	default:
		var made *keyBody
		made, p = h.makeKey(name, s)
		h.respond(ctx, func() any { return made }, p)
		return
	}
	p.answer(ctx)
}

func (h *Handler) makeKey(text string, s *session) (*keyBody, *problem) {
	p := h.checkSession(s, false)
	made := &keyBody{actionBody: actionBody{Key: text, Status: "ok", Action: "added"}}
	switch {
	case p != nil:
	case text == "":
		made.Key, p = h.generate(16)
		made.Key = s.rules.OrgID + made.Key
	default:
		p = h.noSuchUser(text)
		if len(text) < weakKey {
			made.Warnings = []string{"the key is short enough to be guessed; leave it out to have one generated"}
		}
	}
	if p == nil {
		p = checkKey(made.Key)
	}
	if p != nil {
		return nil, p
	}
	key := store.KeyOf(made.Key)
	made.KeyHash = hex.EncodeToString(key[:])
	return made, h.putKey(key, s, h.opt.Now())
}

// putKey stores a session under a key.
func (h *Handler) putKey(key store.Key, s *session, created time.Time) *problem {
	end, p := h.expiry(s)
	if p != nil {
		return p
	}
	text, p := h.sessionText(s)
	if p != nil {
		return p
	}
	if err := h.opt.Store.PutKey(h.context, &store.APIKey{Key: key, Session: text, CreatedAt: created, ExpiresAt: end}); err != nil {
		return h.storeProblem("store key", err)
	}
	return nil
}

// updateKey replaces the session of a key or a user. The quota begins anew unless suppress_reset is asked for, as in Tyk.
func (h *Handler) updateKey(ctx *fasthttp.RequestCtx, name string) {
	s, p := h.readSession(ctx)
	if p != nil {
		p.answer(ctx)
		return
	}
	key, p := h.keyNamed(ctx, name)
	if p != nil {
		p.answer(ctx)
		return
	}
	old, err := h.opt.Store.APIKey(h.context, key)
	switch {
	case errors.Is(err, store.ErrNotFound):
		h.updateUser(ctx, name, s)
		return
	case err != nil:
		p = h.storeProblem("read key", err)
	case s.password != "":
		p = bad("basic_auth_data is for users; this is a key")
	default:
		p = h.replaceSession(old, s, !truthy(ctx.QueryArgs(), "suppress_reset"))
	}
	h.respond(ctx, func() any {
		return actionBody{Key: name, Status: "ok", Action: "modified", KeyHash: hex.EncodeToString(key[:])}
	}, p)
}

func (h *Handler) replaceSession(old *store.APIKey, s *session, reset bool) *problem {
	if p := h.checkSession(s, false); p != nil {
		return p
	}
	if p := h.putKey(old.Key, s, old.CreatedAt); p != nil || !reset {
		return p
	}
	text, p := h.sessionText(s)
	if p != nil {
		return p
	}
	return h.resetQuotas(old.Key, text)
}

// keyNamed returns the key of a text, or the key that a hash is when the query says that it is one.
func (h *Handler) keyNamed(ctx *fasthttp.RequestCtx, name string) (store.Key, *problem) {
	if !isHashed(ctx) {
		return store.KeyOf(name), nil
	}
	key, isHash := hashKey(name)
	if !isHash {
		return key, bad("a hash of a key has 64 hexadecimal digits")
	}
	return key, nil
}

func isHashed(ctx *fasthttp.RequestCtx) bool { return truthy(ctx.QueryArgs(), "hashed") }

// truthy reports whether a parameter is switched on; any text but 0 and false does so, as in Tyk.
func truthy(query *fasthttp.Args, name string) bool {
	switch string(query.Peek(name)) {
	case "", "0", "false":
		return false
	}
	return true
}

func (h *Handler) getKey(ctx *fasthttp.RequestCtx, name string) {
	key, p := h.keyNamed(ctx, name)
	if p != nil {
		p.answer(ctx)
		return
	}
	text, p := h.sessionOf(key)
	if p != nil && p.status == fasthttp.StatusNotFound && !isHashed(ctx) {
		var user *store.User
		if user, p = h.userNamed(ctx, name); p == nil {
			text = user.Session
		}
	}
	h.respond(ctx, func() any { return json.RawMessage(text) }, p)
}

// sessionOf returns the session of a key, or what an access token has of one.
func (h *Handler) sessionOf(key store.Key) ([]byte, *problem) {
	k, err := h.opt.Store.APIKey(h.context, key)
	if err == nil && (k.ExpiresAt.IsZero() || h.opt.Now().Before(k.ExpiresAt)) {
		return h.withQuota(key, k.Session)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, h.storeProblem("read key", err)
	}
	t, err := h.opt.Store.AccessToken(h.context, key)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, &problem{fasthttp.StatusNotFound, noKey}
	case err != nil:
		return nil, h.storeProblem("read access token", err)
	}
	return h.tokenSession(t)
}

// tokenSession shows an access token as Tyk shows the session of one: the rules that were made for it, or the policies of its client.
func (h *Handler) tokenSession(t *store.AccessToken) ([]byte, *problem) {
	members := map[string]any{}
	if len(t.KeyRules) > 0 {
		if err := json.Unmarshal(t.KeyRules, &members); err != nil {
			return nil, h.failed("read key rules", err)
		}
	}
	if _, own := members["apply_policies"]; !own && members["access_rights"] == nil {
		members["apply_policies"] = append([]string{}, t.PolicyIDs...)
	}
	members["oauth_client_id"], members["expires"] = t.ClientID, t.ExpiresAt.Unix()
	text, err := json.Marshal(members)
	if err != nil {
		return nil, h.failed("write session", err)
	}
	return text, nil
}

func (h *Handler) deleteKey(ctx *fasthttp.RequestCtx, name string) {
	key, p := h.keyNamed(ctx, name)
	if p == nil {
		p = h.endKey(key)
		if p != nil && p.status == fasthttp.StatusNotFound && !isHashed(ctx) {
			p = h.removeUser(ctx, name)
		}
	}
	if p != nil {
		p.answer(ctx)
		return
	}
	answerAction(ctx, name, "deleted")
}

// endKey removes a key with what was counted for it, or ends an access token.
func (h *Handler) endKey(key store.Key) *problem {
	k, err := h.opt.Store.APIKey(h.context, key)
	if err == nil {
		if err = h.opt.Store.DeleteKey(h.context, key); err == nil {
			return h.resetQuotas(key, k.Session)
		}
	}
	if !errors.Is(err, store.ErrNotFound) {
		return h.storeProblem("delete key", err)
	}
	if _, err = h.opt.Store.AccessToken(h.context, key); err == nil {
		err = h.opt.Store.RevokeAccess(h.context, key)
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
		return &problem{fasthttp.StatusNotFound, noKeyToDelete}
	case err != nil:
		return h.storeProblem("revoke access token", err)
	}
	return nil
}

// keyPage is the list of keys: their hashes, and the names of users on the first page.
type keyPage struct {
	Keys  []string   `json:"keys"`
	Users []userName `json:"users,omitempty"`
	Next  string     `json:"next,omitempty"` // the value of after that brings the next page
}

const (
	keyPageSize    = 1000
	maxKeyPageSize = 10000
)

func (h *Handler) listKeys(ctx *fasthttp.RequestCtx) {
	size, p := number(ctx, "limit", keyPageSize, 1, maxKeyPageSize)
	var after store.Key
	first := !ctx.QueryArgs().Has("after")
	if p == nil && !first {
		var isHash bool
		if after, isHash = hashKey(string(ctx.QueryArgs().Peek("after"))); !isHash {
			p = bad("after must be the hash of a key")
		}
	}
	var page *keyPage
	if p == nil {
		page, p = h.keyPage(after, size)
	}
	if p == nil && first {
		page.Users, p = h.userNames()
	}
	h.respond(ctx, func() any { return page }, p)
}

func (h *Handler) keyPage(after store.Key, size int) (*keyPage, *problem) {
	keys, err := h.opt.Store.APIKeys(h.context, after, size+1)
	if err != nil {
		return nil, h.storeProblem("list keys", err)
	}
	page := &keyPage{Keys: []string{}}
	for i, k := range keys {
		if i == size {
			page.Next = page.Keys[size-1]
			break
		}
		page.Keys = append(page.Keys, hex.EncodeToString(k.Key[:]))
	}
	return page, nil
}
