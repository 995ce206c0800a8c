package gateway

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// accepts asks our gateway whether a secret is the client's. The gateway does not show secrets, it has only their hashes; so the client revokes a token that
// never was (RFC 7009 §2.2), which changes nothing and is answered with 401 when the secret is wrong. The gateway secret is not sent.
func (c *Client) accepts(ctx context.Context, api *API, id, secret string) (bool, error) {
	path := strings.TrimSuffix(api.Proxy.ListenPath, "/") + "/oauth/revoke"
	form := url.Values{"token": {rand.Text()}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base.String()+path, strings.NewReader(form.Encode()))
	if err != nil {
		return false, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	if api.Domain != "" {
		req.Host = api.Domain
	}
	_, err = c.send(req, path)
	var refused *StatusError
	if errors.As(err, &refused) && refused.Status == http.StatusUnauthorized {
		return false, nil
	}
	return err == nil, err
}
