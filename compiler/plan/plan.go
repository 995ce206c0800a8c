// Package plan is what the compiler hands to the runtime: API definitions lowered to plain data. A plan has no pointers, no
// maps and no functions; records name each other by index. It knows nothing of documents: an Origin is all that is left of one.
//
// A plan is a value: equal documents give equal plans and equal bytes (Encode), whatever the order in which they were read.
package plan

// Format is the version of the plan's shape. Decode refuses a plan of another format.
const Format = 2

// Index types. None says "there is none".
type (
	// APIID is an index into Plan.APIs.
	APIID int32
	// RouteID is an index into Plan.Routes.
	RouteID int32
	// UpstreamID is an index into Plan.Upstreams.
	UpstreamID int32
	// OAuthID is an index into Plan.OAuth.
	OAuthID int32
	// OriginID is an index into Plan.Origins.
	OriginID int32
)

// None is the index of nothing.
const None = -1

// Plan is everything that one generation of the runtime serves.
type Plan struct {
	Format    int        `json:"format"`
	APIs      []API      `json:"apis"`      // ordered by domain, listen path, id
	Routes    []Route    `json:"routes"`    // those of one API stand together, ordered by path, then method
	Upstreams []Upstream `json:"upstreams"` // each different one once
	OAuth     []OAuth2   `json:"oauth"`
	Policies  []Policy   `json:"policies,omitempty"` // ordered by id
	Origins   []Origin   `json:"origins"`
}

// API is one served API definition.
type API struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	OrgID      string     `json:"orgId,omitempty"`
	Active     bool       `json:"active"`               // an inactive API answers 404
	Internal   bool       `json:"internal,omitempty"`   // not reachable from outside
	Domain     string     `json:"domain,omitempty"`     // lower case, without port; empty: any host. Braces hold patterns, as in ListenPath
	ListenPath string     `json:"listenPath"`           // begins with a slash; "{name}" matches one segment or a part of it, "{name:regexp}" what the pattern says
	Strip      bool       `json:"strip,omitempty"`      // the listen path is not sent upstream
	Auth       Auth       `json:"auth"`                 // how a request proves its right
	Sources    []Source   `json:"sources,omitempty"`    // where the access token may stand, in order of precedence
	StripAuth  bool       `json:"stripAuth,omitempty"`  // the credential is not sent upstream
	AllowList  bool       `json:"allowList,omitempty"`  // only routes with Allow are open
	IgnoreCase bool       `json:"ignoreCase,omitempty"` // route paths are compared without regard to case
	Scopes     []string   `json:"scopes,omitempty"`     // as of a route: for requests that no route is for
	OAuth      OAuthID    `json:"oauth"`                // None unless Auth is AuthOAuth
	Upstream   UpstreamID `json:"upstream"`
	FirstRoute RouteID    `json:"firstRoute"` // the API's routes are Routes[FirstRoute : FirstRoute+RouteCount]
	RouteCount int32      `json:"routeCount"`
	Origin     OriginID   `json:"origin"`
}

// Auth is how an API is protected.
type Auth uint8

// The kinds of protection that the runtime implements. There is no value for an unknown kind: such an API never reaches a plan.
const (
	AuthKeyless Auth = iota + 1
	AuthOAuth        // access tokens that this gateway issued
	AuthToken        // keys, and access tokens, whose session has access to the API
)

// SourceKind is a part of a request that can hold an access token.
type SourceKind uint8

// The sources.
const (
	SourceCookie SourceKind = iota + 1
	SourceQuery
	SourceHeader
)

// Source is one place of an access token. Header names are in canonical form; query and cookie names are case-sensitive.
type Source struct {
	Kind SourceKind `json:"kind"`
	Name string     `json:"name"`
}

// Route is what is special about one operation. Operations about which nothing is special have none, unless the pattern of a special one
// would cover them.
type Route struct {
	API        APIID    `json:"api"`
	Method     string   `json:"method"`               // upper case; empty: every method
	Path       string   `json:"path"`                 // below the listen path, begins with a slash; "{name}" matches one segment or a part of it
	IgnoreAuth bool     `json:"ignoreAuth,omitempty"` // open without an access token
	Block      bool     `json:"block,omitempty"`      // always refused
	Allow      bool     `json:"allow,omitempty"`      // open although the API has an allow list
	IgnoreCase bool     `json:"ignoreCase,omitempty"` // the path is compared without regard to case
	Scopes     []string `json:"scopes,omitempty"`     // alternatives, each a space-separated list that the access token must have all of; empty: any scope will do
	Origin     OriginID `json:"origin"`
}

// Upstream is a server that requests are forwarded to.
type Upstream struct {
	Scheme             string `json:"scheme"`          // "http" or "https"
	Host               string `json:"host"`            // with port when the URL has one
	Path               string `json:"path,omitempty"`  // percent-encoded, put in front of the request's path
	Query              string `json:"query,omitempty"` // raw, put in front of the request's query
	PreserveHost       bool   `json:"preserveHost,omitempty"`
	InsecureSkipVerify bool   `json:"insecureSkipVerify,omitempty"`
}

// OAuth2 is the authorization server of one API.
type OAuth2 struct {
	Scheme        string   `json:"scheme"`                  // its name in the document
	Grants        []string `json:"grants"`                  // grant types, as on the wire (RFC 6749), sorted
	ResponseTypes []string `json:"responseTypes,omitempty"` // of the authorization endpoint; empty: it refuses every request
	LoginRedirect string   `json:"loginRedirect,omitempty"` // absolute URL of the identity server's login page
	Scopes        []string `json:"scopes,omitempty"`        // declared by the flows, sorted
	AccessTTL     int64    `json:"accessTtl,omitempty"`     // seconds; 0: the gateway's setting
	NotifyURL     string   `json:"notifyUrl,omitempty"`
	NotifySecret  string   `json:"notifySecret,omitempty"` // as written in the document, a reference or the secret itself; never printed
	Origin        OriginID `json:"origin"`
}

// Policy is a set of limits and access rights that client apps and keys name by its id (Tyk's policy).
type Policy struct {
	ID         string     `json:"id"`
	Name       string     `json:"name,omitempty"`
	OrgID      string     `json:"orgId,omitempty"` // must be that of an API which the policy opens
	Inactive   bool       `json:"inactive,omitempty"`
	Limit      Limit      `json:"limit"`
	Partitions Partitions `json:"partitions"`
	Access     []Access   `json:"access,omitempty"` // ordered by API id
	Tags       []string   `json:"tags,omitempty"`
	MetaData   string     `json:"metaData,omitempty"`   // a JSON object
	KeyExpires int64      `json:"keyExpires,omitempty"` // seconds that a key made with the policy lives; 0: for ever. Of no effect on access tokens
	Origin     OriginID   `json:"origin"`
}

// Limit bounds how much may be asked for. The zero value bounds nothing. A number below zero bounds nothing either, and goes on doing so where
// policies are merged: a zero there leaves the say to the others.
type Limit struct {
	Rate          float64 `json:"rate,omitempty"` // requests in Per seconds; 0 in either: any rate
	Per           float64 `json:"per,omitempty"`
	QuotaMax      int64   `json:"quotaMax,omitempty"`      // requests in QuotaRenewal seconds; 0: any number
	QuotaRenewal  int64   `json:"quotaRenewal,omitempty"`  // 0: the quota is never renewed
	ThrottleEvery float64 `json:"throttleEvery,omitempty"` // seconds until a request above the rate is tried again; 0: it is refused at once
	ThrottleTimes int     `json:"throttleTimes,omitempty"` // how often
}

// Partitions says which parts of a policy count; none set: all but PerAPI.
type Partitions struct {
	Quota      bool `json:"quota,omitempty"`
	Rate       bool `json:"rate,omitempty"`
	Access     bool `json:"access,omitempty"`
	Complexity bool `json:"complexity,omitempty"` // nothing here has to do with it, but alone it says that the others do not count
	PerAPI     bool `json:"perApi,omitempty"`     // the limits of the access rights count instead of that of the policy
}

// Access is the right to call one API.
type Access struct {
	APIID   string      `json:"apiId"`             // it may be one that the plan does not have
	Allowed []URLAccess `json:"allowed,omitempty"` // empty: every path
	Limit   Limit       `json:"limit"`             // for Partitions.PerAPI
}

// URLAccess opens a part of an API.
type URLAccess struct {
	Pattern string   `json:"pattern"` // a regular expression (RE2), searched in the path
	Methods []string `json:"methods"` // compared exactly; none: the entry opens nothing
}

// Origin is the place in a document that an entry came from.
type Origin struct {
	File    string `json:"file"`
	Line    int    `json:"line"` // from 1
	Column  int    `json:"column"`
	Pointer string `json:"pointer"` // RFC 6901
}

// RoutesOf returns the routes of one API. The slice is shared.
func (p *Plan) RoutesOf(id APIID) []Route {
	a := &p.APIs[id]
	return p.Routes[a.FirstRoute : int32(a.FirstRoute)+a.RouteCount]
}
