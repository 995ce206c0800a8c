package identity

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // of the page
	"encoding/base64"
	"html/template"
	"net/url"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/oauth"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

var templates = template.Must(template.New("page").Parse(pageHTML))

// policy lets the page show itself and nothing else: no script, no image, no frame, one style sheet by its hash. It has no form-action: browsers hold
// redirects after a form against that too, wherever the client leads the user then.
var policy = func() string {
	sum := sha256.Sum256([]byte(pageCSS))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; frame-ancestors 'none'"
}()

// page is what the templates show.
type page struct {
	Style   template.CSS
	Message string // what went wrong; may be empty

	API     string
	Path    string // the API's listen path
	Client  string
	ID      string // of the client
	Back    string // where the browser goes afterwards
	Scopes  []string
	Request string
	Name    string // as typed before
}

func (v *visit) page(c *oauth.Consent) page {
	p := page{API: v.api.Name, Path: v.api.ListenPath, Client: c.Client.Description, ID: c.Client.ID, Scopes: c.Scopes, Back: c.RedirectURI}
	if p.API == "" {
		p.API = v.api.ID
	}
	if p.Client == "" {
		p.Client = p.ID
	}
	if u, err := url.Parse(c.RedirectURI); err == nil && u.Host != "" {
		p.Back = u.Scheme + "://" + u.Host
	}
	return p
}

// secure sets the headers of every answer.
func secure(ctx *fasthttp.RequestCtx) {
	h := &ctx.Response.Header
	h.Set(fasthttp.HeaderCacheControl, "no-store")
	h.Set(fasthttp.HeaderContentSecurityPolicy, policy)
	h.Set(fasthttp.HeaderReferrerPolicy, "no-referrer")
	h.Set(fasthttp.HeaderXContentTypeOptions, "nosniff")
	h.Set(fasthttp.HeaderXFrameOptions, "DENY")
}

func render(ctx *fasthttp.RequestCtx, status int, name string, p page) {
	p.Style = template.CSS(pageCSS) //nolint:gosec // a constant of ours
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, p); err != nil {
		ctx.SetStatusCode(fasthttp.StatusInternalServerError)
		return
	}
	ctx.SetContentType("text/html; charset=utf-8")
	ctx.SetStatusCode(status)
	ctx.SetBody(b.Bytes())
}
