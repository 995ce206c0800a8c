// Package access decides whether a request may pass: it finds the access token where the API looks for one, and the record that the token
// stands for (RFC 6750). It knows nothing of limits, and nothing of how tokens come to be.
package access

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/store"
)

// Verdict is the outcome of Check.
type Verdict uint8

// The verdicts. All but Granted are refusals.
const (
	Granted       Verdict = iota + 1
	Missing               // no credential in any source
	Malformed             // a credential that is no bearer token
	Unknown               // never issued, revoked, or its client is gone
	Expired               // was good once
	NotForThisAPI         // good, but not for the API that was asked for
	Unavailable           // the store could not be asked: nothing is known about the token
)

// Tokens is what Check needs of the store.
type Tokens interface {
	AccessToken(ctx context.Context, key store.Key) (*store.AccessToken, error)
}

// Check judges a request to an API that is protected by OAuth. The record is shared and valid until the token is revoked; it is nil unless
// the verdict is Granted. Check does not allocate when the record is in memory.
func Check(ctx context.Context, req *fasthttp.Request, api *plan.API, tokens Tokens, now time.Time) (Verdict, *store.AccessToken, error) {
	token, v := Token(req, api.Sources)
	if v != Granted {
		return v, nil, nil
	}
	record, err := tokens.AccessToken(ctx, sha256.Sum256(token))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return Unknown, nil, nil
	case err != nil:
		return Unavailable, nil, err
	case !now.Before(record.ExpiresAt):
		return Expired, nil, nil
	case record.APIID != api.ID:
		return NotForThisAPI, nil, nil
	}
	return Granted, record, nil
}

// Token returns the access token of a request: from the first source, in order of precedence, that holds anything at all. A later source does
// not make up for an earlier one that is wrong (Tyk does the same). The slice belongs to the request.
func Token(req *fasthttp.Request, sources []plan.Source) ([]byte, Verdict) {
	for i := range sources {
		src := &sources[i]
		var value []byte
		switch src.Kind {
		case plan.SourceHeader:
			value = req.Header.Peek(src.Name)
		case plan.SourceQuery:
			value = req.URI().QueryArgs().Peek(src.Name)
		case plan.SourceCookie:
			value = req.Header.Cookie(src.Name)
		}
		if len(value) > 0 {
			return bearer(value, src.Kind == plan.SourceHeader)
		}
	}
	return nil, Missing
}

// bearer takes the token out of "Bearer <token>" (RFC 6750 §2.1): the scheme in any case, blanks, one token. Where no header is in play, a bare
// token will do as well (RFC 6750 §2.3).
func bearer(value []byte, prefixRequired bool) ([]byte, Verdict) {
	value = bytes.Trim(value, " ")
	if len(value) > len("Bearer ") && value[len("Bearer")] == ' ' && bytes.EqualFold(value[:len("Bearer")], []byte("Bearer")) {
		value = bytes.TrimLeft(value[len("Bearer "):], " ")
	} else if prefixRequired {
		return nil, Malformed
	}
	if len(value) == 0 || bytes.IndexByte(value, ' ') >= 0 {
		return nil, Malformed
	}
	return value, Granted
}
