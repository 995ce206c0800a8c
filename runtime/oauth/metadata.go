package oauth

import (
	"encoding/json"
	"slices"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/internal/answer"
)

// wellKnown is the path of the metadata: below the listen path, and before it (RFC 8414 §3.1).
const wellKnown = "/.well-known/oauth-authorization-server"

// metadata is what RFC 8414 §2 and RFC 9207 §3 name.
type metadata struct {
	Issuer              string   `json:"issuer"`
	Authorization       string   `json:"authorization_endpoint,omitempty"`
	Token               string   `json:"token_endpoint"`
	Revocation          string   `json:"revocation_endpoint"`
	Introspection       string   `json:"introspection_endpoint"`
	Scopes              []string `json:"scopes_supported,omitempty"`
	ResponseTypes       []string `json:"response_types_supported"`
	ResponseModes       []string `json:"response_modes_supported,omitempty"`
	Grants              []string `json:"grant_types_supported"`
	TokenMethods        []string `json:"token_endpoint_auth_methods_supported"`
	RevocationMethods   []string `json:"revocation_endpoint_auth_methods_supported"`
	IntrospectionMethod []string `json:"introspection_endpoint_auth_methods_supported"`
	Challenges          []string `json:"code_challenge_methods_supported,omitempty"`
	Iss                 bool     `json:"authorization_response_iss_parameter_supported,omitempty"`
}

// Metadata describes the server to clients (RFC 8414).
func (s *Server) Metadata(ctx *fasthttp.RequestCtx) {
	if s.crossOrigin(ctx, "GET, HEAD") {
		return
	}
	if !ctx.IsGet() && !ctx.IsHead() {
		answer.MethodNotAllowed(ctx, "GET, HEAD")
		return
	}
	issuer := s.issuer(ctx)
	if issuer == "" {
		answer.Error(ctx, fasthttp.StatusNotFound, "The gateway has not been told its public URL")
		return
	}
	body, err := json.Marshal(s.metadata(issuer))
	if err != nil {
		panic(err) // strings are always encoded
	}
	ctx.Response.Header.Set(fasthttp.HeaderCacheControl, "public, max-age=300")
	ctx.Response.Header.Set(fasthttp.HeaderXContentTypeOptions, "nosniff")
	ctx.SetContentType("application/json")
	ctx.SetBody(append(body, '\n'))
}

func (s *Server) metadata(issuer string) metadata {
	secret := []string{"client_secret_basic", "client_secret_post"}
	m := metadata{
		Issuer: issuer, Token: issuer + "/oauth/token", Revocation: issuer + "/oauth/revoke", Introspection: issuer + "/oauth/introspect",
		Scopes: s.conf.Scopes, ResponseTypes: []string{}, Grants: make([]string, len(s.grants)),
		TokenMethods: secret, RevocationMethods: secret, IntrospectionMethod: secret,
	}
	for i, g := range s.grants {
		m.Grants[i] = g.Type()
	}
	if s.responseType("code") == nil {
		open := append(slices.Clone(secret), "none")
		m.Authorization, m.ResponseTypes, m.ResponseModes = issuer+"/oauth/authorize", []string{"code"}, []string{"query"}
		m.TokenMethods, m.RevocationMethods, m.Challenges, m.Iss = open, open, []string{"S256"}, s.sendsIssuer()
	}
	return m
}
