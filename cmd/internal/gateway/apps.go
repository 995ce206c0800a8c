package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// API is what a gateway tells of an API.
type API struct {
	ID     string `json:"api_id"`
	Name   string `json:"name"`
	OAuth  bool   `json:"use_oauth2"`
	Domain string `json:"domain"`
	Proxy  struct {
		ListenPath string `json:"listen_path"`
	} `json:"proxy"`
}

// App is a client app on the wire. The secret is that of a creation or rotation; a Tyk Gateway shows it always.
type App struct {
	ID           string          `json:"client_id"`
	APIID        string          `json:"api_id,omitempty"`
	RedirectURI  string          `json:"redirect_uri"`
	RedirectURIs []string        `json:"redirect_uris,omitempty"` // of our gateway
	PolicyID     string          `json:"policy_id,omitempty"`
	Secret       string          `json:"secret,omitempty"`
	MetaData     json.RawMessage `json:"meta_data,omitempty"`
	Description  string          `json:"description"`
	Public       bool            `json:"public,omitempty"`
	Warnings     []string        `json:"warnings,omitempty"`
}

// separator is what a Tyk Gateway's oauth_redirect_uri_separator must be for clients with several redirect URIs; it is the documented one.
const separator = ";"

// URIs are the redirect URIs, in whichever form they came.
func (a *App) URIs() []string {
	switch {
	case len(a.RedirectURIs) > 0:
		return a.RedirectURIs
	case a.RedirectURI == "":
		return nil
	}
	return strings.Split(a.RedirectURI, separator)
}

// setURIs puts redirect URIs into the form that the gateway takes.
func (a *App) setURIs(uris []string, tyk bool) {
	a.RedirectURI, a.RedirectURIs = "", nil
	switch {
	case tyk:
		a.RedirectURI = strings.Join(uris, separator)
	case len(uris) > 1:
		a.RedirectURIs = uris
	case len(uris) == 1:
		a.RedirectURI = uris[0]
	}
}

// hasMeta reports whether there are meta data in a JSON text.
func hasMeta(raw json.RawMessage) bool {
	text := bytes.TrimSpace(raw)
	return len(text) > 0 && !bytes.Equal(text, []byte("null")) && !bytes.Equal(text, []byte("{}"))
}

// IsTyk reports whether the gateway is a Tyk Gateway, which has no public clients and cannot be told a secret afterwards.
func (c *Client) IsTyk(ctx context.Context) (bool, error) {
	var hello struct{ Description string }
	if err := c.call(ctx, http.MethodGet, "/hello", nil, &hello); err != nil {
		return false, err
	}
	return hello.Description != "tykctl", nil
}

// APIs lists the APIs of the gateway.
func (c *Client) APIs(ctx context.Context) ([]API, error) {
	var list []API
	err := c.call(ctx, http.MethodGet, "/tyk/apis", nil, &list)
	return list, err
}

const appsPath = "/tyk/oauth/clients/"

func appPath(apiID, id string) string {
	return appsPath + url.PathEscape(apiID) + "/" + url.PathEscape(id)
}

// Apps lists the client apps of an API.
func (c *Client) Apps(ctx context.Context, apiID string) ([]App, error) {
	var list []App
	err := c.call(ctx, http.MethodGet, appsPath+url.PathEscape(apiID), nil, &list)
	return list, err
}

// Create registers a client app on the API that it names. What the gateway generates is in the result.
func (c *Client) Create(ctx context.Context, app App) (App, error) {
	var made App
	err := c.call(ctx, http.MethodPost, appsPath+"create", app, &made)
	return made, err
}

// Register is Create of a client app with redirect URIs in the form that the gateway takes.
func (c *Client) Register(ctx context.Context, app App, uris []string) (App, error) {
	tyk, err := c.IsTyk(ctx)
	if err != nil {
		return App{}, err
	}
	if tyk && app.Public {
		return App{}, errors.New("a Tyk Gateway has no public clients")
	}
	app.setURIs(uris, tyk)
	return c.Create(ctx, app)
}

// Update replaces everything of a client app but its id, its secret and its kind.
func (c *Client) Update(ctx context.Context, app App) (App, error) {
	id, api := app.ID, app.APIID
	app.Secret, app.Public = "", false
	var made App
	err := c.call(ctx, http.MethodPut, appPath(api, id), app, &made)
	return made, err
}

// Delete removes a client app and its tokens.
func (c *Client) Delete(ctx context.Context, apiID, id string) error {
	return c.call(ctx, http.MethodDelete, appPath(apiID, id), nil, nil)
}

// rotation is what our gateway understands of a request for another secret; Tyk's reads no body.
type rotation struct {
	Secret  string `json:"secret,omitempty"`
	Overlap int    `json:"overlap,omitempty"`
}

// Rotate gives a client app another secret: the given one, or one that the gateway makes. The old one goes on working during the overlap. A Tyk
// Gateway knows neither.
func (c *Client) Rotate(ctx context.Context, apiID, id, secret string, overlap time.Duration) (App, error) {
	var made App
	err := c.call(ctx, http.MethodPut, appPath(apiID, id)+"/rotate", rotation{secret, int(overlap / time.Second)}, &made)
	return made, err
}
