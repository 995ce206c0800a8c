package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// gateway is the part of a gateway's API that an identity server needs. All of it wants the gateway secret.
type gateway struct {
	url    string
	api    string
	path   string // the API's listen path
	secret string
}

// client is a registered client app.
type client struct {
	ID           string   `json:"client_id"`
	Description  string   `json:"description"`
	RedirectURI  string   `json:"redirect_uri"`
	RedirectURIs []string `json:"redirect_uris"`
}

var errNoClient = errors.New("no such client")

// client looks a client app up.
func (g *gateway) client(ctx context.Context, id string) (*client, error) {
	var c client
	status, err := g.call(ctx, http.MethodGet, "/tyk/oauth/clients/"+url.PathEscape(g.api)+"/"+url.PathEscape(id), nil, &c)
	switch {
	case err != nil:
		return nil, err
	case status == http.StatusNotFound:
		return nil, errNoClient
	case status != http.StatusOK:
		return nil, fmt.Errorf("gateway answers %d for a client", status)
	}
	return &c, nil
}

// issuer is how the gateway names itself in the answers to clients (RFC 9207), or "" when it does not. A client that was promised the name refuses answers
// without it, also those that come from us.
func (g *gateway) issuer(ctx context.Context) (string, error) {
	var metadata struct {
		Issuer string `json:"issuer"`
		Sent   bool   `json:"authorization_response_iss_parameter_supported"`
	}
	status, err := g.call(ctx, http.MethodGet, "/"+g.path+"/.well-known/oauth-authorization-server", nil, &metadata)
	switch {
	case status == http.StatusNotFound: // a gateway without metadata has promised nothing
		return "", nil
	case err != nil:
		return "", err
	case !metadata.Sent:
		return "", nil
	}
	return metadata.Issuer, nil
}

// decision is the gateway's answer to an authorization request that a user has approved.
type decision struct {
	Code       string `json:"code"`
	RedirectTo string `json:"redirect_to"`
	Error      string `json:"error"`
}

// approve asks for an authorization code: the parameters are those with which the client has sent the user here, unchanged, and key_rules
// is what the tokens are to know of the user.
func (g *gateway) approve(ctx context.Context, request url.Values, user string) (*decision, error) {
	rules, err := json.Marshal(map[string]any{"alias": user, "meta_data": map[string]string{"user": user}})
	if err != nil {
		return nil, err
	}
	form := url.Values{"key_rules": {string(rules)}}
	for name, values := range request {
		if name != "key_rules" { // only we may say what the tokens are worth
			form[name] = values
		}
	}
	var d decision
	status, err := g.call(ctx, http.MethodPost, "/"+g.path+"/tyk/oauth/authorize-client/", form, &d)
	if err == nil && d.RedirectTo == "" {
		err = fmt.Errorf("gateway answers %d: %s", status, d.Error)
	}
	return &d, err
}

var caller = &http.Client{Timeout: 10 * time.Second}

func (g *gateway) call(ctx context.Context, method, path string, form url.Values, answer any) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, method, g.url+path, strings.NewReader(form.Encode())) //nolint:gosec // G704: the path is escaped, the rest is a flag
	if err != nil {
		return 0, err
	}
	req.Header.Set("X-Tyk-Authorization", g.secret)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := caller.Do(req) //nolint:gosec // G704: as above
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, json.Unmarshal(data, answer)
}
