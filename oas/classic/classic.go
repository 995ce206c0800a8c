// Package classic turns Tyk Classic API definitions into Tyk OAS definitions: an OpenAPI document with the operations that the endpoint
// settings of the Classic definition speak of, and the extension. What cannot be carried over is reported with its place; nothing is left
// out in silence.
//
// It follows the conversion of Tyk Gateway 5.8, and goes on where that loses something: an authentication method without auth_configs keeps
// its scheme, entries of allow and block lists without actions are kept, the expression of a path parameter becomes its pattern, and two
// expressions that would become one path are told apart. It reads no policies and does not judge the result; packages oas and compiler do.
package classic

import (
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// The codes of what Convert reports.
const (
	CodeUnconvertible diag.Code = "TYK145" // no definition can be made of it
	CodeLost          diag.Code = "TYK146" // a setting that is not carried over
	CodeIdle          diag.Code = "TYK147" // a setting that is not carried over, and had no effect
	CodeChanged       diag.Code = "TYK148" // a setting that is carried over in another form, which somebody should look at
)

// Definition is one Tyk OAS API definition.
type Definition struct {
	ID      string
	Name    string
	Version string // of a version that has become an API of its own; otherwise empty
	Data    []byte // JSON, indented, with its fields in the order in which Tyk writes them
}

// Is reports whether a value is a Tyk Classic API definition, as far as that can be told: an object with the Classic way of saying where the
// API is served, and without what makes an OpenAPI document.
func Is(n source.Node) bool {
	n = inner(n)
	return n.Get("proxy").Kind() == source.Object && !n.Get("openapi").Exists() && !n.Get("swagger").Exists() && !n.Get("x-tyk-api-gateway").Exists()
}

// IsView reports whether a definition is the Classic view that a gateway writes beside a Tyk OAS definition: made of it, and no source.
func IsView(n source.Node) bool { return inner(n).Get("is_oas").Bool() }

// inner is the definition within what the Dashboard's API returns.
func inner(n source.Node) source.Node {
	if d := n.Get("api_definition"); d.Kind() == source.Object && !n.Get("proxy").Exists() {
		return d
	}
	return n
}

// Convert makes Tyk OAS definitions of a Classic one: the first is the API itself, each other one a version that becomes an API of its own.
// The list, which is sorted, says what was lost; with an error in it there are no definitions.
func Convert(file *source.File) ([]Definition, diag.List) {
	r := &reading{file: file, taken: map[source.Node]bool{}}
	root := field{r, inner(file.Root())}
	if !Is(file.Root()) {
		r.fail(root, "the file holds no Tyk Classic API definition", `a Classic definition has an object "proxy"`)
		return nil, r.found.Sort()
	}
	apis := versions(root)
	if r.found.HasErrors() {
		return nil, r.found.Sort()
	}
	var out []Definition
	for i := range apis {
		out = append(out, apis[i].convert())
	}
	harmless(root)
	r.rest(root.n)
	if r.found.HasErrors() {
		return nil, r.found.Sort()
	}
	return out, r.found.Sort()
}

// api is an API on its way from one form to the other.
type api struct {
	in         field // the Classic definition
	id         string
	name       string
	version    string // its name among the versions; what info.version says
	own        bool   // a version that becomes an API of its own
	listenPath string
	expiration string
	settings   field // of the version
	versioning object
}

func (a *api) convert() Definition {
	paths := newPaths(a)
	paths.read()
	auth, components, security := authentication(a)
	extension := object{
		always("info", a.info()),
		always("upstream", a.upstream()),
		always("server", a.server(auth)),
		some("middleware", object{some("global", a.global()), some("operations", paths.middleware())}),
	}
	doc := object{
		always("components", object{some("securitySchemes", components)}.filled()),
		always("info", object{always("title", a.name), always("version", a.version)}),
		always("openapi", "3.0.6"),
		always("paths", paths.items()),
		some("security", security),
		always("x-tyk-api-gateway", extension.filled()),
	}
	d := Definition{ID: a.id, Name: a.name, Data: encode(doc.filled())}
	if a.own {
		d.Version = a.version
	}
	return d
}

func (a *api) info() object {
	internal := a.in.at("internal").flag()
	return object{
		some("id", a.id),
		some("dbId", a.databaseID()),
		some("orgId", a.in.at("org_id").text()),
		always("name", a.name),
		some("expiration", a.expiration),
		always("state", object{
			always("active", a.in.at("active").flag()),
			some("internal", internal || a.own),
		}.filled()),
		some("versioning", a.versioning),
	}.filled()
}

// databaseID is the Dashboard's; a version is not in its database.
func (a *api) databaseID() string {
	id := a.in.at("id").text()
	if a.own {
		return ""
	}
	return id
}
