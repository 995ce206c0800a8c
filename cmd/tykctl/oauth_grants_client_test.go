package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// serveFiles serves testdata/clients/files.json: an API with every flow and two scopes; GET /files wants one of them. It returns the gateway's URL and secret.
func serveFiles(t *testing.T, args ...string) (gateway, secret string) {
	t.Helper()
	document, err := os.ReadFile(filepath.Join("..", "..", "testdata", "clients", "files.json"))
	if err != nil {
		t.Fatal(err)
	}
	return serveDocument(t, document, args...)
}

var authStyles = map[string]oauth2.AuthStyle{"header": oauth2.AuthStyleInHeader, "body": oauth2.AuthStyleInParams, "found out": oauth2.AuthStyleAutoDetect}

// register creates a client app from the members of its JSON.
func register(t *testing.T, gateway, secret string, members map[string]any) (id, clientSecret string) {
	t.Helper()
	body, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	var app struct {
		ID     string `json:"client_id"`
		Secret string `json:"secret"`
	}
	admin(t, secret, gateway+"/tyk/oauth/clients/create", string(body), &app)
	return app.ID, app.Secret
}

// refused wants the error of RFC 6749 that a library has made of an answer.
func refused(t *testing.T, err error, code string) {
	t.Helper()
	var e *oauth2.RetrieveError
	if !errors.As(err, &e) || e.ErrorCode != code {
		t.Errorf("%v, want %s", err, code)
	}
}

// TestOAuth2LibraryOddCredentials: ids and secrets with any characters that are admitted survive form encoding in HTTP Basic (RFC 6749 §2.3.1) and in a
// body.
func TestOAuth2LibraryOddCredentials(t *testing.T) {
	gateway, secret := serveFiles(t)
	api := gateway + "/files-api"
	for _, id := range []string{"plain", "a-_.~z", "one+two", "a@b.example=c"} {
		chosen := "secret of " + id + ": " + id + " %2B+%zz &=;'\"" + "0123456789abcdef"
		_, _ = register(t, gateway, secret, map[string]any{"api_id": "files", "client_id": id, "secret": chosen})
		for name, style := range authStyles {
			t.Run(fmt.Sprintf("%q in the %s", id, name), func(t *testing.T) {
				conf := clientcredentials.Config{
					ClientID: id, ClientSecret: chosen, TokenURL: api + "/oauth/token", Scopes: []string{"files:read"}, AuthStyle: style,
				}
				token, err := conf.Token(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if status, _ := get(t, oauth2.NewClient(t.Context(), oauth2.StaticTokenSource(token)), api+"/files"); status != http.StatusOK {
					t.Error(status)
				}
				conf.ClientSecret += "x"
				_, err = conf.Token(t.Context())
				refused(t, err, "invalid_client")
			})
		}
	}
}

func TestOAuth2LibraryPassword(t *testing.T) {
	gateway, secret := serveFiles(t)
	api := gateway + "/files-api"
	id, clientSecret := register(t, gateway, secret, map[string]any{"api_id": "files"})
	var added struct{ Status string }
	admin(t, secret, gateway+"/tyk/keys/alice%20%26%20co", `{"basic_auth_data": {"password": "pässword+%20 & more"}}`, &added)
	for name, style := range authStyles {
		t.Run(name, func(t *testing.T) {
			conf := oauth2.Config{
				ClientID: id, ClientSecret: clientSecret, Scopes: []string{"files:read", "files:write"},
				Endpoint: oauth2.Endpoint{TokenURL: api + "/oauth/token", AuthStyle: style},
			}
			_, err := conf.PasswordCredentialsToken(t.Context(), "alice & co", "pässword")
			refused(t, err, "invalid_grant")
			token, err := conf.PasswordCredentialsToken(t.Context(), "alice & co", "pässword+%20 & more")
			if err != nil {
				t.Fatal(err)
			}
			if scope := token.Extra("scope"); scope != "files:read files:write" && scope != nil {
				t.Errorf("scope %v", scope)
			}
			token.Expiry = time.Now().Add(-time.Minute)
			source := conf.TokenSource(t.Context(), token)
			fresh, err := source.Token()
			if err != nil || fresh.RefreshToken == token.RefreshToken {
				t.Fatal(fresh, err)
			}
			if status, _ := get(t, oauth2.NewClient(t.Context(), source), api+"/files"); status != http.StatusOK {
				t.Error(status)
			}
		})
	}
}

// TestOAuth2LibraryPublic: a client without a secret, on a port that it has chosen itself (RFC 8252), as a command line program is one.
func TestOAuth2LibraryPublic(t *testing.T) {
	gateway, secret := serveFiles(t, "--dev")
	api := gateway + "/files-api"
	_, _ = register(t, gateway, secret, map[string]any{"api_id": "files", "client_id": "cli", "public": true, "redirect_uri": "http://127.0.0.1/cb"})
	client := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer client.Close()
	conf := oauth2.Config{
		ClientID: "cli", RedirectURL: client.URL + "/cb", Scopes: []string{"files:read"},
		Endpoint: oauth2.Endpoint{AuthURL: api + "/oauth/authorize", TokenURL: api + "/oauth/token"},
	}
	verifier := oauth2.GenerateVerifier()
	_, _, back := browse(t, conf.AuthCodeURL("the state", oauth2.S256ChallengeOption(verifier)), "dev", "allow")
	if q := back.Query(); back.Host != client.Listener.Addr().String() || q.Get("state") != "the state" || q.Get("iss") != api {
		t.Errorf("back at %s", back)
	}
	token, err := conf.Exchange(t.Context(), back.Query().Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := get(t, conf.Client(t.Context(), token), api+"/files"); status != http.StatusOK {
		t.Error(status)
	}
	token.Expiry = time.Now().Add(-time.Minute)
	if fresh, err := conf.TokenSource(t.Context(), token).Token(); err != nil || fresh.RefreshToken == token.RefreshToken {
		t.Error(fresh, err)
	}

	_, _, back = browse(t, conf.AuthCodeURL("other", oauth2.S256ChallengeOption(verifier)), "dev", "deny")
	if q := back.Query(); q.Get("error") != "access_denied" || q.Get("state") != "other" || q.Has("code") {
		t.Errorf("denied: %s", back)
	}
	resp, err := http.Get(conf.AuthCodeURL("third"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if q := resp.Request.URL.Query(); q.Get("error") != "invalid_request" || q.Has("code") {
		t.Errorf("without a challenge: %s", resp.Request.URL)
	}
}
