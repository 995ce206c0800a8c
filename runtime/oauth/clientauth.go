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
	secrets []string // the readings of what was sent; one of them must fit
}

// authenticateClient finds and authenticates the client of a token, revocation or introspection request (RFC 6749 §2.3.1): by HTTP Basic, or by
// client_id and client_secret in the body. Both may be sent when they agree, as Tyk's documented refresh request does.
//
// An unknown client takes the same way and the same time as a wrong secret.
func (s *Server) authenticateClient(ctx *fasthttp.RequestCtx, f form) (*store.Client, *Error) {
	candidates, e := presentedCredentials(ctx, f)
	if e != nil {
		return nil, e
	}
	for _, c := range candidates {
		client, err := s.opt.Store.Client(s.context, s.apiID, c.id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, s.storeFailed("read client", err)
		}
		if secretsMatch(client, c.secrets, s.opt.Now()) {
			return client, nil
		}
	}
	return nil, errInvalidClient
}

// presentedCredentials returns the readings of the request's client credentials, most literal first.
func presentedCredentials(ctx *fasthttp.RequestCtx, f form) ([]credentials, *Error) {
	header := string(ctx.Request.Header.Peek(fasthttp.HeaderAuthorization))
	scheme, encoded, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Basic") {
		if f["client_id"] == "" || f["client_secret"] == "" {
			return nil, errInvalidClient
		}
		return []credentials{{f["client_id"], []string{f["client_secret"]}}}, nil
	}
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return nil, errInvalidClient
	}
	id, secret, found := strings.Cut(string(decoded), ":")
	if !found {
		return nil, errInvalidClient
	}
	candidates := []credentials{{id, []string{secret}}}
	// RFC 6749 §2.3.1 wants both halves form-encoded; Tyk's documentation sends them raw. Accept both readings.
	plainID, err1 := url.QueryUnescape(id)
	plainSecret, err2 := url.QueryUnescape(secret)
	if err1 == nil && err2 == nil && (plainID != id || plainSecret != secret) {
		if plainID == id {
			candidates[0].secrets = append(candidates[0].secrets, plainSecret)
		} else {
			candidates = append(candidates, credentials{plainID, []string{plainSecret}})
		}
	}
	return agreeing(candidates, f)
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

// secretsMatch compares in constant time. A nil client is compared too, with nothing that could match.
func secretsMatch(client *store.Client, presented []string, now time.Time) bool {
	live := []store.Secret{{}} // a key that is the hash of no text that anybody knows
	if client != nil {
		live = client.Secrets
	}
	match := 0
	for _, text := range presented {
		key := store.KeyOf(text)
		for i := range live {
			fresh := live[i].ExpiresAt.IsZero() || now.Before(live[i].ExpiresAt)
			equal := subtle.ConstantTimeCompare(key[:], live[i].Key[:])
			if fresh {
				match |= equal
			}
		}
	}
	return client != nil && match == 1
}

// storeFailed logs the failure of a store and gives the answer for it: a store that cannot be asked has not said "unknown".
func (s *Server) storeFailed(operation string, err error) *Error {
	s.opt.Logger.Error("store failed", "operation", operation, "api", s.apiID, "error", err)
	return errUnavailable
}
