// Package oauthclient is an OAuth 2.0 client (RFC 6749) for people at a terminal: it finds the endpoints of an authorization server, sends the requests of a
// client, each of which it can also print as a curl line, and takes a user through a browser (Login).
//
// What a server is sent as a secret goes into the body or the Authorization header, to the endpoint that was named or discovered, and nowhere else:
// redirects are not followed, and no error repeats it.
package oauthclient

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

// answerLimit bounds what is read of an answer, in bytes.
const answerLimit = 1 << 20

// Client sends requests.
type Client struct{ http *http.Client }

// New returns a client whose requests may take so long each.
func New(timeout time.Duration) *Client {
	return &Client{&http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Style is how a client proves itself (RFC 6749 §2.3.1).
type Style string

// The styles.
const (
	Basic Style = "basic" // HTTP Basic
	Body  Style = "body"  // client_id and client_secret in the form
	None  Style = "none"  // a public client: client_id in the form
)

// Auth are the credentials of a client.
type Auth struct {
	ID, Secret string
	Style      Style
}

// Field is a parameter of a form. Variable is the shell variable that stands for the value in a curl line; empty: the value is no secret.
type Field struct{ Name, Value, Variable string }

// Request is a POST of a form to an endpoint.
type Request struct {
	URL    string
	Auth   Auth
	Fields []Field // those without a value are left out
}

// The shell variable of the client secret in curl lines.
const secretVariable = "CLIENT_SECRET"

// form is all of the fields, with those of the client.
func (r *Request) form() []Field {
	var list []Field
	for _, f := range r.Fields {
		if f.Value != "" || f.Variable != "" {
			list = append(list, f)
		}
	}
	switch r.Auth.Style {
	case Basic:
	case Body:
		list = append(list, Field{Name: "client_id", Value: r.Auth.ID}, Field{"client_secret", r.Auth.Secret, secretVariable})
	case None:
		list = append(list, Field{Name: "client_id", Value: r.Auth.ID})
	}
	return list
}

// Error is an answer that is no success (RFC 6749 §5.2).
type Error struct {
	Status      int
	Code        string // "invalid_client"; empty when the answer was none of an authorization server
	Description string
}

func (e *Error) Error() string {
	switch {
	case e.Code != "" && e.Description != "":
		return e.Code + ": " + e.Description
	case e.Code != "":
		return e.Code
	case e.Description != "":
		return fmt.Sprintf("the server answers %d: %s", e.Status, e.Description)
	}
	return fmt.Sprintf("the server answers %d", e.Status)
}

// UnreachableError says that there was no answer, or none that an authorization server gives.
type UnreachableError struct{ err error }

func (e *UnreachableError) Error() string { return e.err.Error() }

func (e *UnreachableError) Unwrap() error { return e.err }

// Send returns the JSON of a successful answer.
func (c *Client) Send(ctx context.Context, r Request) ([]byte, error) {
	data, err := c.post(ctx, &r)
	if err == nil && !json.Valid(data) {
		err = &UnreachableError{fmt.Errorf("%s: the answer is not JSON", r.URL)}
	}
	return data, err
}

// Do sends a request whose answer says nothing but that it is done; RFC 7009 §2.2 gives it no body.
func (c *Client) Do(ctx context.Context, r Request) error {
	_, err := c.post(ctx, &r)
	return err
}

func (c *Client) post(ctx context.Context, r *Request) ([]byte, error) {
	form := url.Values{}
	for _, f := range r.form() {
		form.Set(f.Name, f.Value)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	if r.Auth.Style == Basic {
		req.SetBasicAuth(url.QueryEscape(r.Auth.ID), url.QueryEscape(r.Auth.Secret))
	}
	status, data, err := c.do(req)
	if err != nil {
		return nil, err
	}
	if status != http.StatusOK {
		return nil, failure(status, data)
	}
	return data, nil
}

func (c *Client) do(req *http.Request) (status int, data []byte, err error) {
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, nil, &UnreachableError{err}
	}
	defer resp.Body.Close()
	data, err = io.ReadAll(io.LimitReader(resp.Body, answerLimit))
	if err != nil {
		return 0, nil, &UnreachableError{fmt.Errorf("%s: the answer is cut off: %w", req.URL.Redacted(), err)}
	}
	return resp.StatusCode, data, nil
}

// failure reads an error in the forms that authorization servers and Tyk have for one.
func failure(status int, data []byte) *Error {
	e := &Error{Status: status}
	var body struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
		Message     string `json:"message"`
	}
	if json.Unmarshal(data, &body) == nil && body.Error+body.Message != "" {
		e.Code, e.Description = clip(body.Error), clip(body.Description+body.Message)
		return e
	}
	if status >= 300 && status < 400 {
		e.Description = "a redirect, which is not followed: secrets would go elsewhere"
		return e
	}
	e.Description = clip(strings.TrimSpace(string(data)))
	return e
}

// clip bounds a text from elsewhere and takes away what a terminal would act upon.
func clip(text string) string {
	const most = 500
	if len(text) > most {
		text = text[:most] + "…"
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}

// Token is what a token endpoint gives (RFC 6749 §5.1).
type Token struct {
	AccessToken  string      `json:"access_token"`
	TokenType    string      `json:"token_type"`
	ExpiresIn    json.Number `json:"expires_in"`
	RefreshToken string      `json:"refresh_token"`
	Scope        string      `json:"scope"`

	Raw json.RawMessage `json:"-"` // as the server wrote it
}

// Token sends a request to a token endpoint.
func (c *Client) Token(ctx context.Context, r Request) (*Token, error) {
	data, err := c.Send(ctx, r)
	if err != nil {
		return nil, err
	}
	t := &Token{Raw: data}
	if err := json.Unmarshal(data, t); err != nil {
		return nil, &UnreachableError{fmt.Errorf("%s: the answer is no token response: %w", r.URL, err)}
	}
	if t.AccessToken == "" {
		return nil, &UnreachableError{errors.New(r.URL + ": the answer has no access_token")}
	}
	return t, nil
}
