package oauthclient

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"time"

	goruntime "runtime"
)

// Login is the authorization code grant of a client on this machine (RFC 8252): a browser takes the user to the server and comes back to a listener on
// loopback. The code is bound to this process (RFC 7636), the answer to this request (state) and to this server (RFC 9207).
type Login struct {
	Server      *Server
	Auth        Auth
	Scope       string
	RedirectURI string           // on loopback; without a port, a free one is taken
	Open        func(url string) // shows the user where to go; must return at once
}

// answer is what comes back to the redirect URI.
type answer struct {
	code string
	err  error
}

// Run takes the user through it, until ctx is done.
func (l *Login) Run(ctx context.Context, c *Client) (*Token, error) {
	ln, redirect, err := listen(ctx, l.RedirectURI)
	if err != nil {
		return nil, err
	}
	state, verifier := rand.Text(), rand.Text()+rand.Text() // 52 characters: RFC 7636 §4.1 wants 43 to 128
	answers := make(chan answer, 1)
	server := &http.Server{
		Handler:           l.callback(redirect.Path, state, answers),
		ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 32 << 10,
	}
	go func() { _ = server.Serve(ln) }() // ends with Shutdown
	l.Open(l.address(redirect.String(), state, challenge(verifier)))
	var got answer
	select {
	case got = <-answers:
	case <-ctx.Done():
		got.err = fmt.Errorf("nobody came back from the browser: %w", ctx.Err())
	}
	rest, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second) // the page is still being sent
	defer cancel()
	_ = server.Shutdown(rest)
	if got.err != nil {
		return nil, got.err
	}
	return c.Token(ctx, l.exchange(redirect.String(), Field{"code", got.code, "CODE"}, Field{"code_verifier", verifier, "CODE_VERIFIER"}))
}

// exchange is the request that buys tokens for a code (RFC 6749 §4.1.3).
func (l *Login) exchange(redirect string, code, verifier Field) Request {
	return Request{URL: l.Server.Token, Auth: l.Auth, Fields: []Field{
		{Name: "grant_type", Value: "authorization_code"}, code, {Name: "redirect_uri", Value: redirect}, verifier,
	}}
}

// address is where the browser goes first (RFC 6749 §4.1.1).
func (l *Login) address(redirect, state, challenge string) string {
	q := url.Values{
		"response_type": {"code"}, "client_id": {l.Auth.ID}, "redirect_uri": {redirect}, "state": {state},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
	if l.Scope != "" {
		q.Set("scope", l.Scope)
	}
	separator := "?"
	if strings.Contains(l.Server.Authorization, "?") {
		separator = "&"
	}
	return l.Server.Authorization + separator + q.Encode()
}

func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Curl is what a person does to the same end, for a shell.
func (l *Login) Curl() string {
	address := strings.ReplaceAll(l.address(l.RedirectURI, "STATE", "CHALLENGE"), "'", "%27")
	address = strings.NewReplacer("state=STATE", `state='"$STATE"'`, "code_challenge=CHALLENGE", `code_challenge='"$CODE_CHALLENGE"'`).Replace("'" + address + "'")
	r := l.exchange(l.RedirectURI, Field{Name: "code", Variable: "CODE"}, Field{Name: "code_verifier", Variable: "CODE_VERIFIER"})
	return `STATE=$(openssl rand -hex 16)
CODE_VERIFIER=$(openssl rand -hex 32)
CODE_CHALLENGE=$(printf %s "$CODE_VERIFIER" | openssl dgst -sha256 -binary | openssl base64 | tr '+/' '-_' | tr -d '=')
# Open this address; the one that the browser is sent to must have the same state, and has the CODE.
echo ` + address + "\n" + r.Curl()
}

// CheckRedirectURI says what is wrong with a redirect URI for Login.
func CheckRedirectURI(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return errors.New("it must be a plain http URL of this machine, such as http://127.0.0.1/callback")
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return errors.New("it must be on this machine, such as http://127.0.0.1/callback: the browser comes back to this command")
	}
	return nil
}

// listen listens where the redirect URI leads, and returns it with the port.
func listen(ctx context.Context, text string) (net.Listener, *url.URL, error) {
	if err := CheckRedirectURI(text); err != nil {
		return nil, nil, err
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, nil, err
	}
	port := u.Port()
	if port == "" {
		port = "0"
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return nil, nil, &UnreachableError{fmt.Errorf("listen for the browser: %w", err)}
	}
	if u.Port() == "" || u.Port() == "0" {
		_, port, _ = net.SplitHostPort(ln.Addr().String())
		u.Host = net.JoinHostPort(u.Hostname(), port)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return ln, u, nil
}

// callback takes the first answer to this request. Others are refused and change nothing: anybody on this machine can send one.
func (l *Login) callback(path, state string, answers chan<- answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", "default-src 'none'")
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		q := r.URL.Query()
		if r.Method != http.MethodGet || r.URL.Path != path || subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(state)) != 1 {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, page("This is not the answer that tykctl waits for."))
			return
		}
		got := l.read(q)
		text := "Done. You can close this window and go back to the terminal."
		if got.err != nil {
			text = "It did not work; the terminal says why. You can close this window."
		}
		select {
		case answers <- got:
		default: // a second one: the browser was reloaded
		}
		_, _ = io.WriteString(w, page(text))
	})
}

// read judges an answer whose state is right.
func (l *Login) read(q url.Values) answer {
	for _, list := range q {
		if len(list) > 1 {
			return answer{err: errors.New("the answer has a parameter twice (RFC 6749 §3.1)")}
		}
	}
	iss, known := q.Get("iss"), l.Server.Issuer
	switch {
	case l.Server.NamesItself && iss == "":
		return answer{err: errors.New("the answer does not name its issuer, though this server says that it does (RFC 9207)")}
	case iss != "" && known != "" && iss != known:
		return answer{err: fmt.Errorf("the answer is of the issuer %q, not of %q (RFC 9207)", clip(iss), known)}
	case q.Get("error") != "":
		return answer{err: &Error{Status: http.StatusBadRequest, Code: clip(q.Get("error")), Description: clip(q.Get("error_description"))}}
	case q.Get("code") == "":
		return answer{err: errors.New("the answer has neither a code nor an error")}
	}
	return answer{code: q.Get("code")}
}

func page(text string) string {
	return `<!doctype html><html lang="en"><meta charset="utf-8"><title>tykctl oauth login</title><p>` + text + `</p></html>` + "\n"
}

// OpenBrowser asks the desktop to show a URL.
func OpenBrowser(address string) error {
	name, args := "xdg-open", []string{address}
	switch goruntime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", address}
	}
	cmd := exec.Command(name, args...) //nolint:gosec,noctx // no shell; the browser outlives this command
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }()
	return nil
}
