// Package access decides whether a request may pass: it finds the access token or the key where the API looks for one, the record that it
// stands for (RFC 6750), and what the record's session grants: the API, the URL, the scopes of the operation. It does not count requests, and
// knows nothing of how tokens come to be.
package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/policy"
	"github.com/tykctl/tykctl/runtime/store"
)

// Verdict is the outcome of Check.
type Verdict uint8

// The verdicts. All but Granted are refusals.
const (
	Granted      Verdict = iota + 1
	Missing              // no credential in any source
	Bare                 // a credential without the scheme Bearer where one is needed
	Malformed            // a credential of another scheme, or none behind the scheme
	Unknown              // never issued, or revoked
	ClientGone           // issued by another API, on which this one's client of that name is not
	Expired              // was good once
	NoSession            // its policies are gone, of another organisation, or grant nothing
	Inactive             // switched off by its policy or its key
	APIDenied            // good, but not for this API
	URLDenied            // good for the API, but not for this method and path
	ScopeMissing         // good, but not for what the operation needs
	Unavailable          // the store could not be asked: nothing is known about the credential
)

// Store is what Check needs of the store.
type Store interface {
	AccessToken(ctx context.Context, key store.Key) (*store.AccessToken, error)
	APIKey(ctx context.Context, key store.Key) (*store.APIKey, error)
	Client(ctx context.Context, apiID, id string) (*store.Client, error)
}

// Asked is what a request asks for. Paths and scopes come in the readings that an upstream may have of the path (router.Liberal): what they say must
// hold in all of them.
type Asked struct {
	HTTP   *fasthttp.Request
	API    *plan.API
	ID     plan.APIID
	Paths  [2][]byte   // nil: there is no such reading
	Scopes [2][]string // as in plan.Route
}

// Grant is what a good credential has been granted, and ScopeMissing would have been.
type Grant struct {
	Credential store.Key
	Session    *policy.Session
	Right      *policy.Right
	Needed     string // with ScopeMissing: the scopes that would do
}

// Check judges a request to an API that is not keyless. What is granted is shared, and must not be modified. The error is that of the store, with
// Unavailable.
//
// Check does not allocate when the record and its session are in memory.
func Check(ctx context.Context, st Store, sessions *Sessions, a *Asked, now time.Time) (Verdict, Grant, error) {
	text, verdict := Token(a.HTTP, a.API)
	if verdict != Granted {
		return verdict, Grant{}, nil
	}
	grant := Grant{Credential: sha256.Sum256(text)}
	verdict, scope, err := grant.find(ctx, st, sessions, a, now)
	if verdict != Granted {
		return verdict, Grant{}, err
	}
	if grant.Session.Inactive {
		return Inactive, Grant{}, nil
	}
	var ok bool
	if grant.Right, ok = grant.Session.Right(a.ID); !ok {
		return APIDenied, Grant{}, nil
	}
	for _, path := range a.Paths {
		if path != nil && !grant.Right.Admits(a.HTTP.Header.Method(), path) {
			return URLDenied, Grant{}, nil
		}
	}
	for _, alternatives := range a.Scopes {
		if !hasOne(scope, alternatives) {
			grant.Needed = alternatives[0]
			return ScopeMissing, grant, nil
		}
	}
	return Granted, grant, nil
}

// find looks the credential up, as an access token, and on an API of auth tokens as a key, and gives it its session.
func (g *Grant) find(ctx context.Context, st Store, sessions *Sessions, a *Asked, now time.Time) (v Verdict, scope string, err error) {
	token, err := st.AccessToken(ctx, g.Credential)
	switch {
	case err == nil:
	case !errors.Is(err, store.ErrNotFound):
		return Unavailable, "", err
	case a.API.Auth == plan.AuthToken:
		v, err = g.findKey(ctx, st, sessions, a, now)
		return v, "", err
	default:
		return Unknown, "", nil
	}
	if !now.Before(token.ExpiresAt) {
		return Expired, "", nil
	}
	if a.API.Auth == plan.AuthOAuth && token.APIID != a.API.ID {
		// A token of another API is good here if the client is one of this API, too, and its policies say so.
		switch _, err := st.Client(ctx, a.API.ID, token.ClientID); {
		case errors.Is(err, store.ErrNotFound):
			return ClientGone, "", nil
		case err != nil:
			return Unavailable, "", err
		}
	}
	if g.Session, err = sessions.Of(token.PolicyIDs, token.KeyRules, token.APIID, a.API.OrgID); err != nil {
		return NoSession, "", nil
	}
	return Granted, token.Scope, nil
}

func (g *Grant) findKey(ctx context.Context, st Store, sessions *Sessions, a *Asked, now time.Time) (Verdict, error) {
	key, err := st.APIKey(ctx, g.Credential)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return Unknown, nil
	case err != nil:
		return Unavailable, err
	case !key.ExpiresAt.IsZero() && !now.Before(key.ExpiresAt):
		return Expired, nil
	}
	if g.Session, err = sessions.Of(nil, key.Session, "", a.API.OrgID); err != nil {
		return NoSession, nil
	}
	return Granted, nil
}
