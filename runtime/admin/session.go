package admin

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/policy"
)

// session is a session object as it was sent: read, and as it is kept.
type session struct {
	rules    *policy.Rules
	members  map[string]json.RawMessage // what is kept: all that was sent, but the password
	password string
	hashType string
}

// basicAuth is the member that makes a session that of a user.
type basicAuth struct {
	Password string `json:"password"`
	HashType string `json:"hash_type"`
}

// readSession reads the session object of the body.
func (h *Handler) readSession(ctx *fasthttp.RequestCtx) (*session, *problem) {
	body, p := readBody(ctx)
	if p != nil {
		return nil, p
	}
	unreadable := func(what string) *problem {
		return h.orTyk(bad("Unmarshalling failed: "+what), fasthttp.StatusInternalServerError)
	}
	rules, err := policy.ParseRules(body)
	if err != nil {
		return nil, unreadable(err.Error())
	}
	s := &session{rules: rules}
	if err := json.Unmarshal(body, &s.members); err != nil {
		return nil, unreadable("not a JSON object")
	}
	var basic basicAuth
	if raw, sent := s.members["basic_auth_data"]; sent {
		if err := json.Unmarshal(raw, &basic); err != nil {
			return nil, unreadable("basic_auth_data is of the wrong type")
		}
		delete(s.members, "basic_auth_data")
	}
	s.password, s.hashType = basic.Password, basic.HashType
	return s, nil
}

// check returns what is wrong with a session for a key; a user's may be without rights: the policy of the client he logs in with decides then.
func (h *Handler) checkSession(s *session, forUser bool) *problem {
	if !forUser && len(s.rules.Policies) == 0 && len(s.rules.Access) == 0 {
		return bad("Failed to create key, keys must have at least one Access Rights record set.")
	}
	for _, id := range s.rules.Policies {
		found, p := h.policy(id)
		if p != nil {
			return p
		}
		if found == nil {
			return h.orTyk(bad(fmt.Sprintf("Failed to create key - policy not found: %q", clip(id))), fasthttp.StatusInternalServerError)
		}
	}
	return nil
}

// expiry returns when a session ends: when it says so, or after the shortest time that one of its policies gives its keys. What the policies say
// becomes a part of the session, so that it can be read. The zero time is never.
func (h *Handler) expiry(s *session) (time.Time, *problem) {
	if s.rules.Expires > 0 {
		return time.Unix(s.rules.Expires, 0), nil
	}
	var shortest int64
	for _, id := range s.rules.Policies {
		of, p := h.policy(id)
		if p != nil {
			return time.Time{}, p
		}
		if of != nil && of.KeyExpires > 0 && (shortest == 0 || of.KeyExpires < shortest) {
			shortest = of.KeyExpires
		}
	}
	if shortest == 0 {
		return time.Time{}, nil
	}
	end := h.opt.Now().Add(time.Duration(shortest) * time.Second)
	s.members["expires"] = fmt.Appendf(nil, "%d", end.Unix())
	return end, nil
}

// text is the session as it is kept.
func (h *Handler) sessionText(s *session) ([]byte, *problem) {
	text, err := json.Marshal(s.members)
	if err != nil {
		return nil, h.failed("write session", err)
	}
	return text, nil
}

// quoted is a text in JSON.
func quoted(text string) json.RawMessage {
	raw, _ := json.Marshal(text) // a string has a JSON form always
	return raw
}

const (
	maxKey      = 512 // bytes
	maxUserName = 256
	weakKey     = 20 // below this many characters a chosen key is warned about
)

// checkKey says what is wrong with a chosen key: it must be something that can stand in a header.
func checkKey(text string) *problem {
	if text == "" || len(text) > maxKey || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return bad("a key has 1 to 512 printable ASCII characters and no blanks")
	}
	return nil
}

func checkUserName(name string) *problem {
	if name == "" || len(name) > maxUserName || strings.ToValidUTF8(name, "") != name || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return bad("a user name has 1 to 256 bytes of UTF-8 and no control characters")
	}
	return nil
}
