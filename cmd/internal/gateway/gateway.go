// Package gateway talks to the admin API of a gateway, ours or Tyk's: the Gateway API below /tyk/, with the gateway secret in a header. It knows of client
// apps and of the names of APIs, and makes the client apps of a gateway those of a list (Plan, Apply).
//
// The secret goes to the gateway that was named and nowhere else: redirects are not followed, and no error repeats it.
package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	secretHeader = "X-Tyk-Authorization"
	answerLimit  = 64 << 20 // bytes; a list of clients can be long
)

// Options of a client.
type Options struct {
	URL     string
	Secret  string
	Timeout time.Duration // of one call
}

// Client is the admin API of one gateway.
type Client struct {
	base   *url.URL
	secret string
	http   *http.Client
}

// ErrSecret says that the gateway does not take the secret.
var ErrSecret = errors.New("the gateway refuses the secret")

// UnreachableError says that there was no answer, or none that a gateway gives.
type UnreachableError struct{ err error }

func (e *UnreachableError) Error() string { return e.err.Error() }

func (e *UnreachableError) Unwrap() error { return e.err }

// StatusError is an answer that is no success.
type StatusError struct {
	Method, Path string
	Status       int
	Message      string // the gateway's
}

func (e *StatusError) Error() string {
	text := fmt.Sprintf("%s %s: the gateway answers %d", e.Method, e.Path, e.Status)
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text
}

// New returns a client. It sends nothing yet.
func New(opt Options) (*Client, error) {
	u, err := url.Parse(opt.URL)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, errors.New("the gateway's address must be a URL such as https://gateway.example.com:8080")
	case u.User != nil:
		return nil, errors.New("the gateway's address must not hold a user name or a password")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("the gateway's address must have neither a query nor a fragment")
	}
	u.Path, u.RawPath = strings.TrimSuffix(u.Path, "/"), ""
	return &Client{base: u, secret: opt.Secret, http: &http.Client{
		Timeout:       opt.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Exposed reports whether the secret goes over a network without encryption.
func (c *Client) Exposed() bool {
	host := c.base.Hostname()
	ip := net.ParseIP(host)
	return c.base.Scheme == "http" && host != "localhost" && (ip == nil || !ip.IsLoopback())
}

// call sends a request with the secret and decodes the answer into v, unless that is nil. Parts of a path are escaped by the caller.
func (c *Client) call(ctx context.Context, method, path string, body, v any) error {
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return err
		}
		reader = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base.String()+path, reader)
	if err != nil {
		return err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set(secretHeader, c.secret)
	data, err := c.send(req, path)
	if err != nil || v == nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return &UnreachableError{fmt.Errorf("%s %s: the answer is not that of a Tyk or tykctl gateway: %w", method, path, err)}
	}
	return nil
}

// send returns the body of a successful answer.
func (c *Client) send(req *http.Request, path string) ([]byte, error) {
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, &UnreachableError{fmt.Errorf("the gateway cannot be reached: %w", err)}
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit))
	if err != nil {
		return nil, &UnreachableError{fmt.Errorf("%s %s: the gateway's answer is cut off: %w", req.Method, path, err)}
	}
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		return data, nil
	}
	e := &StatusError{Method: req.Method, Path: path, Status: resp.StatusCode, Message: message(data)}
	switch {
	case resp.StatusCode == http.StatusForbidden && strings.Contains(e.Message, "administrative access"):
		return nil, ErrSecret
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		e.Message = "a redirect, which is not followed: the secret would go elsewhere"
	}
	return nil, e
}

// message is what an answer says, for people: the member for it, or the beginning of a text.
func message(data []byte) string {
	var body struct{ Message, Error, ErrorDescription string }
	if json.Unmarshal(data, &body) == nil && (body.Message != "" || body.Error != "") {
		return clip(strings.TrimSpace(body.Message + body.Error))
	}
	return clip(strings.TrimSpace(string(data)))
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
