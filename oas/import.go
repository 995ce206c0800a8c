package oas

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
)

// ImportParams are the parameters of Tyk's import. Of those that are pointers three states matter: nil leaves a thing out, false writes it
// switched off.
type ImportParams struct {
	UpstreamURL  string // "": the first of the document's servers
	ListenPath   string // "": "/"
	CustomDomain string
	APIID        string

	Authentication  *bool
	AllowList       *bool
	ValidateRequest *bool
	MockResponse    *bool

	OAuth *OAuthServer // nil: OAuth schemes are taken over as they are
}

// OAuthServer says that Tyk is to issue the tokens of the document's OAuth schemes.
type OAuthServer struct {
	LoginRedirect string // the login page, for the authorization code flow
	NotifyURL     string // what is told of tokens; "": nothing
	NotifySecret  string
}

// Imported is the API definition made of a description.
type Imported struct {
	Text []byte
	// Notes tell what was decided or changed beyond what the parameters say: information, and warnings about what needs a look.
	Notes diag.List
}

// Import makes an API definition of an OpenAPI description, as a Tyk Gateway does: with the middleware that the parameters ask for, an id for
// each operation and, for the parts of paths that are parameters, the parameters of path items. The document must have been loaded without
// errors but that of the extension it lacks. The text keeps order, comments and notation. With errors in the list the result is nil.
func Import(doc *Document, p ImportParams) (*Imported, diag.List) {
	im := newImporting(doc, p)
	if ext := im.root.Get(tyk.Key); ext.Exists() {
		im.fail(ExtensionPointer, "the description has %s already", tyk.Key).
			Hint = "import plain OpenAPI, or give the definition to --update and its description as the input"
		return nil, im.list
	}
	paths := im.paths()
	ext := im.newExtension(paths.settings)
	want := source.Same(im.root)
	if paths.changed {
		want = want.With("paths", paths.value)
	}
	want, ext = im.oauth(want, ext)
	if im.list.HasErrors() {
		return nil, im.list
	}
	im.doc = doc.WithoutOpenAPI() // what is written next is as large as what has been read
	return im.result(want.With(tyk.Key, ext)), nil
}

// importing is one run of Import.
type importing struct {
	doc   *Document
	root  source.Node
	p     ImportParams
	list  diag.List // why there is no result
	notes diag.List
}

func newImporting(doc *Document, p ImportParams) *importing {
	for _, s := range []*string{&p.UpstreamURL, &p.ListenPath, &p.CustomDomain, &p.APIID} {
		*s = strings.TrimSpace(*s)
	}
	if p.OAuth != nil && p.Authentication == nil {
		on := true
		p.Authentication = &on
	}
	return &importing{doc: doc, root: doc.File.Root(), p: p}
}

// fail says why the description cannot be imported.
func (im *importing) fail(at source.Pointer, format string, args ...any) *diag.Diagnostic {
	im.list = append(im.list, im.diagnostic(diag.Error, at, format, args))
	return &im.list[len(im.list)-1]
}

// note says what the author may want to know.
func (im *importing) note(s diag.Severity, at source.Pointer, format string, args ...any) *diag.Diagnostic {
	im.notes = append(im.notes, im.diagnostic(s, at, format, args))
	return &im.notes[len(im.notes)-1]
}

func (im *importing) diagnostic(s diag.Severity, at source.Pointer, format string, args []any) diag.Diagnostic {
	place := im.doc.File.Key(at)
	if n, ok := im.doc.File.Lookup(at); ok && n.Len() == 0 {
		place = n.Range()
	}
	if at == "" {
		place = im.doc.File.Span(0, 0)
	}
	return diag.Diagnostic{Code: CodeImport, Severity: s, Message: fmt.Sprintf(format, args...), At: place, Pointer: at}
}

// result writes the definition.
func (im *importing) result(want source.Draft) *Imported {
	text, kept := im.doc.File.Rewrite(want)
	if !kept {
		im.anew()
	}
	return &Imported{Text: text, Notes: im.notes}
}

// anew says that the text could not be edited.
func (im *importing) anew() {
	im.note(diag.Warning, "", "the document had to be written anew: its comments are gone").
		Hint = "aliases and tags of YAML cannot be edited in place; write out what they stand for to keep comments"
}

// member is short for a member that is to be written.
func member(key string, v source.Draft) source.Field { return source.Field{Key: key, Value: v} }

// enabled is an object that switches something.
func enabled(on bool, more ...source.Field) source.Draft {
	return source.ObjectDraft(append([]source.Field{member("enabled", source.BoolDraft(on))}, more...)...)
}

// newExtension is the extension of a description that has none.
func (im *importing) newExtension(settings []source.Field) source.Draft {
	info := source.ObjectDraft()
	if im.p.APIID != "" {
		info = info.With("id", source.TextDraft(im.p.APIID))
	}
	info = info.With("name", source.TextDraft(im.root.Get("info").Get("title").Text())).
		With("state", source.ObjectDraft(member("active", source.BoolDraft(true))))
	middleware := source.ObjectDraft(member("global", source.ObjectDraft(
		member("contextVariables", enabled(true)),
		member("trafficLogs", enabled(true)),
	)))
	if len(settings) > 0 {
		middleware = middleware.With("operations", source.ObjectDraft(settings...))
	}
	return source.ObjectDraft(
		member("info", info),
		member("upstream", source.ObjectDraft(member("url", source.TextDraft(im.upstream())))),
		member("server", im.server()),
		member("middleware", middleware),
	)
}

func (im *importing) server() source.Draft {
	path := im.p.ListenPath
	if path == "" {
		path = "/"
	}
	server := source.ObjectDraft(member("listenPath", source.ObjectDraft(
		member("value", source.TextDraft(path)),
		member("strip", source.BoolDraft(true)),
	)))
	if im.p.CustomDomain != "" {
		server = server.With("customDomain", enabled(true, member("name", source.TextDraft(im.p.CustomDomain))))
	}
	if im.p.Authentication != nil {
		server = server.With("authentication", im.authentication(*im.p.Authentication))
	}
	return server
}

// upstream is where the API goes: what the parameter says, or else the first server with the defaults of its variables.
func (im *importing) upstream() string {
	if im.p.UpstreamURL != "" {
		if !absolute(im.p.UpstreamURL) {
			im.fail("", "the upstream URL %q is not absolute", im.p.UpstreamURL).Hint = "write the whole URL, such as \"https://api.example.com/v1\""
		}
		return im.p.UpstreamURL
	}
	servers := im.root.Get("servers")
	if servers.Len() == 0 || len(im.doc.OpenAPI.Servers) == 0 {
		im.fail("", "the description names no server, so where the API goes is not known").
			Hint = "say it with --upstream-url https://api.example.com, or add servers to the description"
		return ""
	}
	at := source.Pointer("/servers/0/url")
	address := withDefaults(im.doc.OpenAPI.Servers[0])
	switch {
	case absolute(address):
	case strings.HasPrefix(address, "//"):
		im.fail(at, "the server %q has no scheme: it depends on where the description was read from", address).
			Hint = fmt.Sprintf("say it with --upstream-url https:%s", address)
	default:
		im.fail(at, "the server %q is relative: it depends on where the description was read from", address).
			Hint = fmt.Sprintf("say it with --upstream-url https://api.example.com%s", "/"+strings.TrimPrefix(address, "/"))
	}
	return address
}

var variable = regexp.MustCompile(`\{([^{}]*)\}`)

// withDefaults is the URL of a server with the defaults of its variables. That each has one is held by Load.
func withDefaults(s *openapi3.Server) string {
	return variable.ReplaceAllStringFunc(s.URL, func(braces string) string {
		if v := s.Variables[braces[1:len(braces)-1]]; v != nil {
			return v.Default
		}
		return braces
	})
}

// absolute is what Tyk takes for an absolute URL: anything with a scheme.
func absolute(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme != ""
}
