package main

import (
	"crypto/rand"
	_ "embed" // of the page
	"errors"
	"html/template"
	"log"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

//go:embed login.html
var loginHTML string

var loginPage = template.Must(template.New("login").Parse(loginHTML))

const (
	waitTime   = 10 * time.Minute // for a decision
	maxWaiting = 10_000           // decisions; more than that are nobody's users
	maxForm    = 64 << 10         // bytes
	cookieName = "identity-server"
)

// waiting is an authorization request whose user has not decided yet.
type waiting struct {
	client  *client
	request url.Values // as the client has sent it: state and code challenge are in it
	browser string     // the cookie of the browser that was shown the page
	until   time.Time
}

type server struct {
	gateway *gateway
	users   users

	mu      sync.Mutex
	waiting map[string]waiting // by a handle that is in the page
}

func newServer(g *gateway, u users) http.Handler {
	s := &server{gateway: g, users: u, waiting: map[string]waiting{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, r *http.Request) { s.begin(w, r, r.URL.Query()) })
	mux.HandleFunc("POST /login", s.post)
	return headers(mux)
}

// headers keep the page out of frames and caches, and its address from others.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		next.ServeHTTP(w, r)
	})
}

// begin shows the page for the authorization request that the gateway has sent the browser with. The gateway has checked it, but anybody can
// write an address that leads here: what matters is checked again.
func (s *server) begin(w http.ResponseWriter, r *http.Request, request url.Values) {
	c, err := s.gateway.client(r.Context(), request.Get("client_id"))
	switch {
	case errors.Is(err, errNoClient) || err == nil && !c.admits(request.Get("redirect_uri")):
		refuse(w, http.StatusBadRequest, "The application that has sent you here is not known.")
		return
	case err != nil:
		log.Print(err)
		refuse(w, http.StatusBadGateway, "The gateway cannot be asked at the moment.")
		return
	}
	browser := rand.Text()
	if c, err := r.Cookie(cookieName); err == nil && len(c.Value) == len(browser) {
		browser = c.Value // another page of this browser may be open
	}
	handle, ok := s.keep(waiting{client: c, request: request, browser: browser, until: time.Now().Add(waitTime)})
	if !ok {
		refuse(w, http.StatusServiceUnavailable, "Too many people are signing in. Try again later.")
		return
	}
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure: the example is served without TLS
		Name: cookieName, Value: browser, Path: "/login", HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	show(w, http.StatusOK, page{Client: c.name(), Scopes: strings.Fields(request.Get("scope")), Handle: handle})
}

// admits reports whether a redirect URI is the client's: to no other a user may be sent. None at all stands for the registered one.
func (c *client) admits(uri string) bool {
	registered := append([]string{c.RedirectURI}, c.RedirectURIs...)
	return uri == "" || slices.Contains(registered, uri) || slices.Contains(registered, withoutPort(uri))
}

// withoutPort is an address of the user's own machine without its port, which an app there may choose (RFC 8252 §7.3).
func withoutPort(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "http" || u.Hostname() != "127.0.0.1" && u.Hostname() != "::1" {
		return uri
	}
	u.Host = strings.TrimSuffix(u.Host, ":"+u.Port())
	return u.String()
}

func (c *client) name() string {
	if c.Description != "" {
		return c.Description
	}
	return c.ID
}

// keep remembers a request until it is decided or too old.
func (s *server) keep(w waiting) (handle string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) >= maxWaiting {
		for handle, old := range s.waiting {
			if time.Now().After(old.until) {
				delete(s.waiting, handle)
			}
		}
	}
	if len(s.waiting) >= maxWaiting {
		return "", false
	}
	handle = rand.Text()
	s.waiting[handle] = w
	return handle, true
}

// find returns the request that a form is about, when the form comes from the browser that it was shown to.
func (s *server) find(r *http.Request) (handle string, w waiting, ok bool) {
	handle = r.PostFormValue("handle")
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return "", w, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w, ok = s.waiting[handle]
	return handle, w, ok && w.browser == cookie.Value && time.Now().Before(w.until)
}

// take forgets a request, and reports whether it was there: a decision is made once.
func (s *server) take(handle string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.waiting[handle]
	delete(s.waiting, handle)
	return ok
}

// post is the user's decision, or the authorization request itself: a client may POST it, and the gateway's redirect keeps the method.
func (s *server) post(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, "The form cannot be read.")
		return
	}
	if r.PostForm.Has("handle") {
		s.decide(w, r)
		return
	}
	s.begin(w, r, r.PostForm)
}

// decide does what the user wants. That the page was shown to the same browser keeps other sites from deciding in his place.
func (s *server) decide(w http.ResponseWriter, r *http.Request) {
	handle, waits, ok := s.find(r)
	if !ok {
		refuse(w, http.StatusBadRequest, "This page is too old. Go back to the application and start again.")
		return
	}
	name := r.PostFormValue("name")
	allowed := r.PostFormValue("decision") == "allow"
	if allowed && !s.users.knows(name, r.PostFormValue("password")) {
		show(w, http.StatusForbidden, page{
			Client: waits.client.name(), Scopes: strings.Fields(waits.request.Get("scope")), Handle: handle, Name: name, Message: "Name or password is wrong.",
		})
		return
	}
	if !s.take(handle) {
		refuse(w, http.StatusBadRequest, "This has been decided already.")
		return
	}
	if !allowed {
		issuer, err := s.gateway.issuer(r.Context())
		if err != nil {
			log.Print(err) // the client is told all the same
		}
		redirect(w, waits.denied(issuer))
		return
	}
	d, err := s.gateway.approve(r.Context(), waits.request, name)
	if err != nil {
		log.Print(err)
		refuse(w, http.StatusBadGateway, "The gateway has not accepted the request.")
		return
	}
	redirect(w, d.RedirectTo)
}

// denied is the address that tells the client that its user has refused (RFC 6749 §4.1.2.1).
func (w *waiting) denied(issuer string) string {
	uri := w.request.Get("redirect_uri")
	if uri == "" {
		uri = w.client.RedirectURI
	}
	u, err := url.Parse(uri)
	if err != nil {
		return uri
	}
	q := u.Query()
	q.Set("error", "access_denied")
	for name, value := range map[string]string{"state": w.request.Get("state"), "iss": issuer} {
		if value != "" {
			q.Set(name, value)
		}
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// redirect uses 303: the browser must not send the password on.
func redirect(w http.ResponseWriter, location string) {
	w.Header().Set("Location", location)
	w.WriteHeader(http.StatusSeeOther)
}

// page is what the template shows.
type page struct {
	Client  string
	Scopes  []string
	Handle  string
	Name    string // as typed before
	Message string // what went wrong; may be empty
}

func refuse(w http.ResponseWriter, status int, message string) {
	show(w, status, page{Message: message})
}

func show(w http.ResponseWriter, status int, p page) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if err := loginPage.Execute(w, p); err != nil {
		log.Print(err)
	}
}
