package oauth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

// A client that has not got the answer to a refresh request repeats it. So that this is no reuse of a spent token, what a refresh token is exchanged
// for follows from it and from a key of this gateway: the answer can be given again without having been kept.
//
//	presented refresh token, Options.Key → HMAC → the next access token and refresh token

// texts are the tokens of an answer.
type texts struct{ access, refresh string }

// newTexts makes the tokens of an authorization.
func (s *Server) newTexts(auth *Authorization) (t texts, err error) {
	if auth.Consumes == ConsumesRefresh && s.hasGrace() {
		return s.successor(auth.Presented), nil
	}
	if t.access, err = s.newSecret(32); err != nil {
		return t, err
	}
	t.refresh, err = s.newSecret(32)
	return t, err
}

func (s *Server) hasGrace() bool { return s.opt.RefreshGrace > 0 && len(s.opt.Key) > 0 }

// successor derives what a refresh token is exchanged for. Who knows the token but not the key learns nothing from it.
func (s *Server) successor(presented string) texts {
	derive := func(kind string) string {
		mac := hmac.New(sha256.New, s.opt.Key)
		mac.Write([]byte("tykctl successor\x00" + kind + "\x00" + presented))
		return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	}
	return texts{access: derive("access"), refresh: derive("refresh")}
}

// repeat answers a refresh token that was used a moment ago as it was answered then: the same tokens, for what is left of their time. It
// returns nil when this is no repetition: too late, another scope, or the answer has been used already, so it was not lost.
func (s *Server) repeat(client *store.Client, f form, err error) (*tokenAnswer, *Error) {
	var spent *store.SpentError
	if !s.hasGrace() || !errors.As(err, &spent) || !s.owns(client, spent.APIID, spent.ClientID) {
		return nil, nil
	}
	now := s.opt.Now()
	if now.Sub(spent.At) >= s.opt.RefreshGrace {
		return nil, nil
	}
	t := s.successor(f["refresh_token"])
	access, err := s.opt.Store.AccessToken(s.context, store.KeyOf(t.access))
	if err != nil {
		return nil, s.gone("read access token", err)
	}
	refresh, err := s.opt.Store.RefreshToken(s.context, store.KeyOf(t.refresh))
	if err != nil {
		return nil, s.gone("read refresh token", err)
	}
	asked := f["scope"]
	if asked == "" {
		asked = refresh.Scope
	}
	if asked != access.Scope || !now.Before(access.ExpiresAt) {
		return nil, nil
	}
	return &tokenAnswer{
		AccessToken: t.access, ExpiresIn: int64(access.ExpiresAt.Sub(now) / time.Second), RefreshToken: t.refresh, Scope: access.Scope, TokenType: "bearer",
	}, nil
}

// gone is nil when a record is not there any more, or was used.
func (s *Server) gone(operation string, err error) *Error {
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrSpent) {
		return nil
	}
	return s.storeFailed(operation, err)
}
