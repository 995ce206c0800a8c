// Package identity is an identity server for development: one page on which a user signs in and allows or denies what a client asks for, so that the
// authorization code flow (RFC 6749 §4.1) can be tried without a login page of one's own. `serve --dev` puts it in the place of the login page that a
// definition names. It is not made for anything but a developer's machine.
//
//	browser → authorize → 307 → GET  /dev/login/API   the page; it holds the request, signed
//	                            POST /dev/login/API   the decision → 303 to the client, with a code or an error
//
// Nothing is kept between the two but what the browser brings back: the request in the page, which expires, and a cookie that binds it to this browser
// (so no other site can send the form). A sign-in is for one request; there is no session.
package identity

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/internal/reqbody"
	"github.com/tykctl/tykctl/runtime/oauth"
	"github.com/tykctl/tykctl/runtime/store"
	"github.com/tykctl/tykctl/runtime/users"
)

const (
	prefix    = "/dev/login/"
	cookie    = "tykctl-dev-login"
	bodyLimit = 64 << 10
	pageTTL   = 10 * time.Minute
)

// User is somebody who can sign in.
type User struct{ Name, Password string }

// Options of a server.
type Options struct {
	Users  []User      // those of the command line
	Store  store.Users // those of the users file and of the admin API; nil: none
	Now    func() time.Time
	Logger *slog.Logger
}

// Server is the identity server. It is safe for concurrent use.
type Server struct {
	opt   Options
	key   [32]byte // signs the requests in pages; it ends with the process, and with it every open page
	users map[string][sha256.Size]byte
}

// New returns an identity server.
func New(opt Options) *Server {
	s := &Server{opt: opt, users: make(map[string][sha256.Size]byte, len(opt.Users))}
	rand.Read(s.key[:]) // never fails
	for _, u := range opt.Users {
		s.users[u.Name] = sha256.Sum256([]byte(u.Password))
	}
	return s
}

// LoginPath is the path of the page for an API's users.
func LoginPath(apiID string) string { return prefix + url.PathEscape(apiID) }

// Owns reports whether a canonical path is one of the identity server's, and names the API.
func Owns(path []byte) (apiID string, ok bool) {
	rest, ok := bytes.CutPrefix(path, []byte(prefix))
	if !ok {
		return "", false
	}
	apiID, err := url.PathUnescape(string(rest))
	return apiID, err == nil && apiID != ""
}

// Serve answers a request for the page of an API with its authorization server. Store calls end when life does.
func (s *Server) Serve(ctx *fasthttp.RequestCtx, life context.Context, api *plan.API, server *oauth.Server) {
	secure(ctx)
	v := visit{s: s, http: ctx, life: life, api: api, server: server}
	switch {
	case ctx.IsGet():
		v.begin(ctx.URI().QueryString())
	case ctx.IsPost():
		body, err := reqbody.Read(ctx, bodyLimit)
		if err != nil {
			v.refuse(fasthttp.StatusBadRequest, "The form cannot be read.")
			return
		}
		v.post(body)
	default:
		ctx.Response.Header.Set(fasthttp.HeaderAllow, "GET, POST")
		v.refuse(fasthttp.StatusMethodNotAllowed, "This page is opened by a browser.")
	}
}

// NotFound answers for an API that is not served, or has no authorization server.
func NotFound(ctx *fasthttp.RequestCtx) {
	secure(ctx)
	render(ctx, fasthttp.StatusNotFound, "refused", page{Message: "There is no such API here, or it does not use OAuth 2.0."})
}

// visit is one request for the page.
type visit struct {
	s      *Server
	http   *fasthttp.RequestCtx
	life   context.Context // store calls end with it
	api    *plan.API
	server *oauth.Server
}

// post is the user's decision, or the authorization request itself: a client may POST it (RFC 6749 §3.1), and the redirect keeps the method.
func (v *visit) post(body []byte) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		v.refuse(fasthttp.StatusBadRequest, "The form cannot be read.")
		return
	}
	if !form.Has("request") {
		v.begin(body)
		return
	}
	req, err := v.s.open(form.Get("request"), v.api.ID, v.browser())
	if err != nil {
		v.refuse(fasthttp.StatusBadRequest, "This page has expired, or was opened in another browser. Go back to the application and start again.")
		return
	}
	consent, e := v.server.Consent(v.http, req.Params)
	if e != nil {
		v.failed(e)
		return
	}
	if form.Get("decision") != "allow" {
		v.s.opt.Logger.Info("dev login: denied", "api", v.api.ID, "client", consent.Client.ID)
		v.redirect(consent.Deny())
		return
	}
	v.allow(consent, form)
}

// allow signs the user in and sends the browser back to the client with a code.
func (v *visit) allow(consent *oauth.Consent, form url.Values) {
	name := form.Get("username")
	known, err := v.s.knows(v.life, v.api.OrgID, name, form.Get("password"))
	switch {
	case err != nil:
		v.s.opt.Logger.Error("dev login: user cannot be looked up", "error", err)
		v.refuse(fasthttp.StatusServiceUnavailable, "The user cannot be looked up at the moment. Try again.")
		return
	case !known:
		p := v.page(consent)
		p.Request, p.Name, p.Message = form.Get("request"), name, "The name or the password is wrong."
		render(v.http, fasthttp.StatusForbidden, "login", p)
		return
	}
	location, e := consent.Approve()
	if e != nil {
		v.failed(e)
		return
	}
	v.s.opt.Logger.Info("dev login: allowed", "api", v.api.ID, "client", consent.Client.ID, "user", name)
	v.redirect(location)
}

// knows reports whether a password is the user's. It may say more by the time it takes than a real identity server should.
func (s *Server) knows(ctx context.Context, org, name, password string) (bool, error) {
	if want, ok := s.users[name]; ok {
		got := sha256.Sum256([]byte(password))
		return subtle.ConstantTimeCompare(got[:], want[:]) == 1, nil
	}
	if s.opt.Store == nil || name == "" || len(name) > users.MaxName {
		return false, nil
	}
	u, err := s.opt.Store.User(ctx, org, name)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read user: %w", err)
	}
	return users.Verify(ctx, u.PasswordHash, password)
}

// begin shows the page for an authorization request.
func (v *visit) begin(raw []byte) {
	values, err := url.ParseQuery(string(raw))
	params := make(map[string]string, len(values))
	for name, list := range values {
		if len(list) > 1 {
			err = errors.New("parameter given more than once")
		}
		if list[0] != "" {
			params[name] = list[0]
		}
	}
	if err != nil {
		v.refuse(fasthttp.StatusBadRequest, "The parameters of the authorization request cannot be read.")
		return
	}
	consent, e := v.server.Consent(v.http, params)
	if e != nil {
		v.failed(e)
		return
	}
	browser := v.browser()
	if browser == "" {
		browser = rand.Text()
		v.setBrowser(browser)
	}
	p := v.page(consent)
	if p.Request, err = v.s.seal(request{API: v.api.ID, Params: params}, browser); err != nil {
		v.refuse(fasthttp.StatusBadRequest, "The parameters of the authorization request cannot be kept.")
		return
	}
	render(v.http, fasthttp.StatusOK, "login", p)
}

// browser is the value of the cookie that names this browser, or "".
func (v *visit) browser() string {
	const length = 26 // of rand.Text
	value := v.http.Request.Header.Cookie(cookie)
	if len(value) != length {
		return ""
	}
	return string(value)
}

func (v *visit) setBrowser(value string) {
	var c fasthttp.Cookie
	c.SetKey(cookie)
	c.SetValue(value)
	c.SetPath("/dev/login")
	c.SetHTTPOnly(true)
	// Lax, because a client's page leads here; the form that matters is sent from here.
	c.SetSameSite(fasthttp.CookieSameSiteLaxMode)
	v.http.Response.Header.SetCookie(&c)
}

func (v *visit) redirect(location string) {
	// 303: the browser must not send the password on.
	v.http.Response.Header.Set(fasthttp.HeaderLocation, location)
	v.http.SetStatusCode(fasthttp.StatusSeeOther)
}

func (v *visit) failed(e *oauth.Error) {
	v.refuse(e.Status, "The authorization request is refused: "+e.Error()+".")
}

func (v *visit) refuse(status int, message string) {
	render(v.http, status, "refused", page{Message: message})
}
