package oauthclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// Server is an authorization server: its endpoints, and how it names itself.
type Server struct {
	Issuer        string `json:"issuer"` // empty: not known
	Authorization string `json:"authorization_endpoint"`
	Token         string `json:"token_endpoint"`
	Introspection string `json:"introspection_endpoint"`
	Revocation    string `json:"revocation_endpoint"`
	NamesItself   bool   `json:"authorization_response_iss_parameter_supported"` // RFC 9207
}

const wellKnown = "/.well-known/oauth-authorization-server"

// At is the authorization server of an API at a URL, with the endpoints that a Tyk Gateway has below the listen path. Nothing is sent.
func At(api string) (*Server, error) {
	u, err := endpoint(api)
	if err != nil {
		return nil, err
	}
	base := strings.TrimSuffix(u.String(), "/")
	return &Server{
		Authorization: base + "/oauth/authorize", Token: base + "/oauth/token",
		Introspection: base + "/oauth/introspect", Revocation: base + "/oauth/revoke",
	}, nil
}

func endpoint(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, errors.New("it must be a URL such as https://gateway.example.com/my-api")
	case u.User != nil:
		return nil, errors.New("it must not hold a user name or a password")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("it must have neither a query nor a fragment")
	}
	return u, nil
}

// CheckEndpoint says what is wrong with the URL of an endpoint.
func CheckEndpoint(text string) error {
	_, err := endpoint(text)
	return err
}

// Exposed reports whether what is sent to a URL goes over a network without encryption.
func Exposed(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback())
}

// Discover asks the server of an API for its metadata (RFC 8414), below the API's path and before it. A server without metadata has the endpoints of At.
func (c *Client) Discover(ctx context.Context, api string) (*Server, error) {
	fallback, err := At(api)
	if err != nil {
		return nil, err
	}
	u, _ := endpoint(api)
	issuer := strings.TrimSuffix(u.String(), "/")
	before := *u
	before.RawPath = ""
	before.Path = wellKnown + strings.TrimSuffix(u.Path, "/")
	for _, place := range []string{issuer + wellKnown, before.String()} {
		found, err := c.metadata(ctx, place)
		if err != nil {
			return nil, err
		}
		if found == nil {
			continue
		}
		if strings.TrimSuffix(found.Issuer, "/") != issuer { // RFC 8414 §3.3: it speaks for somebody else
			return nil, &UnreachableError{fmt.Errorf("%s is the metadata of the issuer %q; use that as --api", place, clip(found.Issuer))}
		}
		return found, nil
	}
	return fallback, nil
}

// metadata reads metadata, or nil where there are none.
func (c *Client) metadata(ctx context.Context, place string) (*Server, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, place, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	status, data, err := c.do(req)
	if err != nil {
		return nil, err
	}
	var s Server
	if status != http.StatusOK || json.Unmarshal(data, &s) != nil || s.Issuer == "" || s.Token == "" {
		return nil, nil //nolint:nilnil // no metadata is no error
	}
	for _, text := range []string{s.Token, s.Authorization, s.Introspection, s.Revocation} {
		if u, err := url.Parse(text); text != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Scheme == "http" && strings.HasPrefix(place, "https:")) {
			return nil, &UnreachableError{fmt.Errorf("%s: the metadata name an endpoint that is no good: %q", place, clip(text))}
		}
	}
	return &s, nil
}
