package oauth

import (
	"encoding/base64"
	"io"
	"slices"
	"time"

	"github.com/tykctl/tykctl/runtime/policy"
	"github.com/tykctl/tykctl/runtime/store"
)

// tokenAnswer is the successful answer (RFC 6749 §5.1), members in Tyk's order.
type tokenAnswer struct {
	AccessToken  string `json:"access_token"`
	ExpiresIn    int64  `json:"expires_in"` // seconds
	RefreshToken string `json:"refresh_token,omitempty"`
	Scope        string `json:"scope,omitempty"`
	TokenType    string `json:"token_type"`
}

// issue makes the tokens of an authorization and stores them.
func (s *Server) issue(client *store.Client, auth Authorization) (*tokenAnswer, error) {
	policies, e := s.policiesOf(client, &auth)
	if e != nil {
		return nil, e
	}
	now := s.opt.Now()
	if auth.Family == (store.FamilyID{}) {
		var err error
		if auth.Family, err = s.newFamily(now); err != nil {
			return nil, s.randomFailed(err)
		}
	}
	texts, err := s.newTexts(&auth)
	if err != nil {
		return nil, s.randomFailed(err)
	}
	pair := store.TokenPair{Access: store.AccessToken{
		Key: store.KeyOf(texts.access), APIID: s.apiID, ClientID: client.ID, Family: auth.Family, Scope: auth.Scope,
		KeyRules: auth.KeyRules, PolicyIDs: policies, User: auth.User, UserOrg: auth.UserOrg, IssuedAt: now, ExpiresAt: now.Add(s.accessTTL),
	}}
	tokens := &tokenAnswer{AccessToken: texts.access, ExpiresIn: int64(s.accessTTL / time.Second), Scope: auth.Scope, TokenType: "bearer"}
	if auth.Refresh && slices.Contains(s.conf.Grants, "refresh_token") {
		tokens.RefreshToken = texts.refresh
		pair.Refresh = &store.RefreshToken{
			Key: store.KeyOf(texts.refresh), APIID: s.apiID, ClientID: client.ID, Family: auth.Family, Scope: auth.Granted,
			KeyRules: auth.KeyRules, PolicyIDs: policies, User: auth.User, UserOrg: auth.UserOrg, IssuedAt: now, ExpiresAt: s.refreshUntil(auth.Family, now),
		}
	}
	if auth.Announce && s.conf.NotifyURL != "" {
		pair.Notice = s.notice(client, &auth, tokens, now)
	}
	if err := s.keep(&auth, &pair); err != nil {
		return nil, err
	}
	if pair.Notice != nil && s.opt.Noticed != nil {
		s.opt.Noticed()
	}
	return tokens, nil
}

// policiesOf returns the policies that the tokens of a client get: those of today, also when an older grant is refreshed. A policy that does not
// exist is one too few, unless the session needs none.
func (s *Server) policiesOf(client *store.Client, auth *Authorization) ([]string, *Error) {
	if client.PolicyID == "" {
		return nil, nil
	}
	if s.opt.PolicyExists == nil || s.opt.PolicyExists(client.PolicyID) || decides(auth.KeyRules) {
		return []string{client.PolicyID}, nil
	}
	if auth.Consumes == ConsumesRefresh {
		return nil, errInvalidGrant.as("server_error")
	}
	return nil, errNoPolicy
}

// decides reports whether key rules have rights or policies of their own.
func decides(rules []byte) bool {
	if rules == nil {
		return false
	}
	r, err := policy.ParseRules(rules)
	return err == nil && (len(r.Policies) > 0 || len(r.Access) > 0)
}

func (s *Server) keep(auth *Authorization, pair *store.TokenPair) error {
	switch auth.Consumes {
	case ConsumesCode:
		return s.opt.Store.RedeemCode(s.context, store.KeyOf(auth.Presented), pair)
	case ConsumesRefresh:
		return s.opt.Store.RotateRefresh(s.context, store.KeyOf(auth.Presented), pair)
	default:
		return s.opt.Store.IssueTokens(s.context, pair)
	}
}

// newSecret returns n random bytes as text that needs no escaping in a URL, a form or a header.
func (s *Server) newSecret(n int) (string, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(s.opt.Rand, b); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

func (s *Server) randomFailed(err error) *Error {
	s.opt.Logger.Error("random source failed", "error", err)
	return errServer
}
