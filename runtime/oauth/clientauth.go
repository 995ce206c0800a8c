package oauth

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/store"
)

// credentials are what a client presents to prove that it is itself.
type credentials struct {
	id      string
	secrets []string // the readings of what was sent; one of them must fit. None: nothing was sent but the id
}

// authenticateClient finds and authenticates the client of a token, revocation or introspection request (RFC 6749 §2.3.1): by HTTP Basic, or by
// client_id and client_secret in the body. Both may be sent when they agree, as Tyk's documented refresh request does. A public client, which
// has no secrets, sends its client_id alone (§3.2.1), and proves nothing by it.
//
// An unknown client takes the same way and the same time as a wrong secret.
func (s *Server) authenticateClient(ctx *fasthttp.RequestCtx, f form) (*store.Client, *Error) {
	candidates, e := presentedCredentials(ctx, f)
	if e != nil {
		return nil, e
	}
	try := s.attempt(ctx, "client", candidates[0].id)
	if e := try.blocked(); e != nil {
		return nil, e
	}
	refusal := errUnknownClient
	for _, c := range candidates {
		client, err := s.opt.Store.Client(s.context, s.apiID, c.id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, s.storeFailed("read client", err)
		}
		if c.authentic(client, s.opt.Now()) {
			return client, nil
		}
		if client != nil {
			refusal = errWrongSecret
		}
	}
	if len(candidates[0].secrets) == 0 {
		return nil, errNoSecret // nothing was guessed
	}
	try.failed()
	return nil, refusal
}

// confidentialClient is for endpoints that are no public client's business.
func (s *Server) confidentialClient(ctx *fasthttp.RequestCtx, f form) (*store.Client, *Error) {
	client, e := s.authenticateClient(ctx, f)
	if e == nil && isPublic(client) {
		return nil, errNoSecret
	}
	return client, e
}

// isPublic reports whether a client has no secret at all (RFC 6749 §2.1). One whose secrets have expired is not public.
func isPublic(c *store.Client) bool { return len(c.Secrets) == 0 }

// presentedCredentials returns the readings of the request's client credentials, most literal first.
func presentedCredentials(ctx *fasthttp.RequestCtx, f form) ([]credentials, *Error) {
	headers := ctx.Request.Header.PeekAll(fasthttp.HeaderAuthorization)
	if len(headers) > 1 {
		return nil, invalidRequest("header given more than once: Authorization")
	}
	var header string
	if len(headers) == 1 {
		header = string(headers[0])
	}
	scheme, encoded, _ := strings.Cut(header, " ")
	if strings.EqualFold(scheme, "Basic") {
		candidates, e := basicCredentials(strings.TrimSpace(encoded))
		if e != nil {
			return nil, e
		}
		return agreeing(candidates, f)
	}
	c := credentials{id: f["client_id"]}
	switch secret := f["client_secret"]; {
	case c.id == "":
		return nil, errNoCredentials
	case secret != "":
		c.secrets = []string{secret}
	}
	return []credentials{c}, nil
}

// basicCredentials reads HTTP Basic (RFC 7617). RFC 6749 §2.3.1 wants both halves form-encoded; Tyk's documentation sends them raw. Both readings
// are returned where they differ.
func basicCredentials(encoded string) ([]credentials, *Error) {
	decoded, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, errNoCredentials
	}
	id, secret, found := strings.Cut(string(decoded), ":")
	if !found || id == "" {
		return nil, errNoCredentials
	}
	literal := credentials{id: id}
	if secret != "" {
		literal.secrets = []string{secret}
	}
	plainID, err1 := url.QueryUnescape(id)
	plainSecret, err2 := url.QueryUnescape(secret)
	switch {
	case err1 != nil, err2 != nil, plainID == id && plainSecret == secret:
		return []credentials{literal}, nil
	case plainID == id:
		literal.secrets = append(literal.secrets, plainSecret)
		return []credentials{literal}, nil
	}
	other := credentials{id: plainID}
	if plainSecret != "" {
		other.secrets = []string{plainSecret}
	}
	return []credentials{literal, other}, nil
}

// agreeing keeps the readings of Basic that the body does not contradict (RFC 6749 §2.3: one method a request).
func agreeing(candidates []credentials, f form) ([]credentials, *Error) {
	var kept []credentials
	for _, c := range candidates {
		if id := f["client_id"]; id != "" && id != c.id {
			continue
		}
		if secret := f["client_secret"]; secret != "" && !containsSecret(c.secrets, secret) {
			continue
		}
		kept = append(kept, c)
	}
	if len(kept) == 0 {
		return nil, invalidRequest("the client credentials in the body contradict those in the Authorization header")
	}
	return kept, nil
}

func containsSecret(secrets []string, s string) bool {
	for _, c := range secrets {
		if subtle.ConstantTimeCompare([]byte(c), []byte(s)) == 1 {
			return true
		}
	}
	return false
}

// authentic compares in constant time. A nil client is compared too, with nothing that could match. A public client is authentic only when
// nothing was sent that would have to be a secret.
func (c credentials) authentic(client *store.Client, now time.Time) bool {
	live := []store.Secret{{}} // a key that is the hash of no text that anybody knows
	if client != nil && !isPublic(client) {
		live = client.Secrets
	}
	match := 0
	for _, text := range c.secrets {
		key := store.KeyOf(text)
		for i := range live {
			fresh := live[i].ExpiresAt.IsZero() || now.Before(live[i].ExpiresAt)
			equal := subtle.ConstantTimeCompare(key[:], live[i].Key[:])
			if fresh {
				match |= equal
			}
		}
	}
	if client != nil && isPublic(client) {
		return len(c.secrets) == 0
	}
	return client != nil && match == 1
}

// storeFailed logs the failure of a store and gives the answer for it: a store that cannot be asked has not said "unknown".
func (s *Server) storeFailed(operation string, err error) *Error {
	s.opt.Logger.Error("store failed", "operation", operation, "api", s.apiID, "error", err)
	return errUnavailable
}
