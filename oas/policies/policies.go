// Package policies reads the policies that API definitions name: a gateway's policies file, an object of policies by id; a file of a
// policies directory, which holds one policy; and a list of policies, as an admin API returns it. JSON or YAML.
//
// It holds every field of a policy that Tyk Gateway reads, as Go types, and reports what a gateway could not read (TYK401). What the
// values mean and whether they fit together is for package check. It follows Tyk Gateway 5.8 and knows the fields of later releases
// for MCP proxies and expired keys.
package policies

import "github.com/tykctl/tykctl/oas/source"

// File is one file of policies, with the place of everything in it. It is never modified after Load.
type File struct {
	Name     string       // as given to Load
	Source   *source.File // nil when the file cannot be read as JSON or YAML at all
	Form     Form
	Policies []Policy // in the order of the file

	// Incomplete says that something in the file could not be read as a policy, so that it may hold more ids than Policies has.
	Incomplete bool

	byID map[string]int
}

// Form is how a file holds its policies.
type Form uint8

// The forms.
const (
	ByID   Form = iota // an object, policy id → policy: what a gateway's policies file is
	Single             // one policy: a file of a policies directory
	Listed             // a list of policies: what admin APIs return; no gateway loads it from a file
)

// Policy is what a token is allowed. Where a member is absent or of the wrong type, the field is zero, as in a gateway.
type Policy struct {
	At source.Pointer `json:"-"` // in its file

	// ID is what the gateway knows the policy by: its key in a file by id, otherwise its member id, or _id without one.
	ID string `json:"-"`

	ObjectID  string `json:"_id"` // in the Dashboard's database
	WrittenID string `json:"id"`
	Name      string `json:"name"`
	OrgID     string `json:"org_id"` // must be the organisation of every API that the policy is used for

	Limit

	AccessRights []Access   `json:"access_rights"`
	Partitions   Partitions `json:"partitions"`

	Active     bool   `json:"active"` // without meaning for a gateway that reads a file
	IsInactive bool   `json:"is_inactive"`
	State      string `json:"state"` // the Dashboard's and the Operator's; no gateway reads it

	KeyExpiresIn          int64  `json:"key_expires_in"`     // seconds; 0: never. Of no effect on OAuth access tokens
	PostExpiryAction      string `json:"post_expiry_action"` // delete or retain
	PostExpiryGracePeriod int64  `json:"post_expiry_grace_period"`

	HMACEnabled                   bool `json:"hmac_enabled"`
	EnableHTTPSignatureValidation bool `json:"enable_http_signature_validation"`

	Tags     []string    `json:"tags"`
	MetaData source.Node `json:"meta_data"` // an object, copied into sessions

	LastUpdated string      `json:"last_updated"`
	GraphQL     source.Node `json:"graphql_access_rights"` // empty in every release

	// What the Dashboard adds and no gateway reads.
	DateCreated source.Node `json:"date_created"`
	AuthType    source.Node `json:"auth_type"`
	AuthTypes   source.Node `json:"auth_types"`

	byAPI map[string]int
}

// Limit bounds the use of an API: a rate, a quota, and what is done about a request above the rate.
type Limit struct {
	Rate               float64    `json:"rate"` // requests in Per seconds; 0 in either, or less: no rate limit
	Per                float64    `json:"per"`
	Smoothing          *Smoothing `json:"smoothing"`
	QuotaMax           int64      `json:"quota_max"`          // requests in QuotaRenewalRate seconds; 0 or -1: no quota
	QuotaRenewalRate   int64      `json:"quota_renewal_rate"` // 0: the quota is never renewed
	ThrottleInterval   float64    `json:"throttle_interval"`  // seconds between attempts of a request above the rate
	ThrottleRetryLimit int        `json:"throttle_retry_limit"`
	MaxQueryDepth      int        `json:"max_query_depth"` // of GraphQL; 0 or -1: any
}

// Smoothing raises and lowers a rate limit step by step.
type Smoothing struct {
	Enabled   bool    `json:"enabled"`
	Threshold int64   `json:"threshold"`
	Trigger   float64 `json:"trigger"`
	Step      int64   `json:"step"`
	Delay     int64   `json:"delay"` // seconds
}

// Partitions says which parts of a policy apply; all false means every part but the limits of single APIs.
type Partitions struct {
	Quota      bool `json:"quota"`
	RateLimit  bool `json:"rate_limit"`
	Complexity bool `json:"complexity"`
	ACL        bool `json:"acl"`     // the access rights
	PerAPI     bool `json:"per_api"` // the limits of the access rights instead of those of the policy
}

// Partitioned reports whether only parts of the policy apply.
func (p Partitions) Partitioned() bool { return p.Quota || p.RateLimit || p.Complexity || p.ACL }

// Grants reports whether the access rights of the policy apply.
func (p Partitions) Grants() bool { return p.ACL || !p.Partitioned() }

// Access is the right to call one API.
type Access struct {
	At  source.Pointer `json:"-"`
	Key string         `json:"-"` // in access_rights: the id that counts

	APIID       string       `json:"api_id"`
	APIName     string       `json:"api_name"`
	Versions    []string     `json:"versions"`     // means nothing for OAS definitions, whose versions are APIs of their own
	AllowedURLs []AllowedURL `json:"allowed_urls"` // none: every path
	Limit       *APILimit    `json:"limit"`        // applies with Partitions.PerAPI
	Endpoints   []Endpoint   `json:"endpoints"`

	RestrictedTypes      []GraphQLType  `json:"restricted_types"`
	AllowedTypes         []GraphQLType  `json:"allowed_types"`
	FieldAccessRights    []GraphQLField `json:"field_access_rights"`
	DisableIntrospection bool           `json:"disable_introspection"`
	AllowanceScope       string         `json:"allowance_scope"` // the gateway's own note

	JSONRPCMethods             []MethodLimit    `json:"json_rpc_methods"`
	JSONRPCMethodsAccessRights *NameRules       `json:"json_rpc_methods_access_rights"`
	MCPPrimitives              []PrimitiveLimit `json:"mcp_primitives"`
	MCPAccessRights            *MCPRights       `json:"mcp_access_rights"`
}

// AllowedURL is a part of an API that may be called.
type AllowedURL struct {
	At      source.Pointer `json:"-"`
	URL     string         `json:"url"`     // a regular expression, searched in the path of a request
	Methods []string       `json:"methods"` // compared exactly
}

// APILimit is the limit of one API within a policy.
type APILimit struct {
	At source.Pointer `json:"-"`
	Limit

	QuotaRenews    int64 `json:"quota_renews"`    // the gateway's own note
	QuotaRemaining int64 `json:"quota_remaining"` // the gateway's own note
}

// Endpoint holds the rate limits of one path.
type Endpoint struct {
	At      source.Pointer `json:"-"`
	Path    string         `json:"path"`
	Methods []MethodLimit  `json:"methods"`
}

// MethodLimit is the rate limit of an HTTP method of an endpoint, or of a method of JSON-RPC.
type MethodLimit struct {
	At    source.Pointer `json:"-"`
	Name  string         `json:"name"`
	Limit RateLimit      `json:"limit"`
}

// RateLimit is a rate limit alone.
type RateLimit struct {
	Rate      float64    `json:"rate"`
	Per       float64    `json:"per"`
	Smoothing *Smoothing `json:"smoothing"`
}

// PrimitiveLimit is the rate limit of a tool, resource or prompt of an MCP proxy.
type PrimitiveLimit struct {
	At    source.Pointer `json:"-"`
	Type  string         `json:"type"` // tool, resource or prompt
	Name  string         `json:"name"`
	Limit RateLimit      `json:"limit"`
}

// NameRules allows and blocks by name.
type NameRules struct {
	Allowed []string `json:"allowed"`
	Blocked []string `json:"blocked"`
}

// MCPRights says which tools, resources and prompts of an MCP proxy may be used.
type MCPRights struct {
	Tools     NameRules `json:"tools"`
	Resources NameRules `json:"resources"`
	Prompts   NameRules `json:"prompts"`
}

// GraphQLType names fields of a GraphQL type.
type GraphQLType struct {
	Name   string   `json:"name"`
	Fields []string `json:"fields"`
}

// GraphQLField limits one field of a GraphQL type.
type GraphQLField struct {
	TypeName  string      `json:"type_name"`
	FieldName string      `json:"field_name"`
	Limits    FieldLimits `json:"limits"`
}

// FieldLimits limits a query of a field.
type FieldLimits struct {
	MaxQueryDepth int `json:"max_query_depth"`
}

// Find returns the policy with an id, the first of several, or nil.
func (f *File) Find(id string) *Policy {
	if i, ok := f.byID[id]; ok {
		return &f.Policies[i]
	}
	return nil
}

// Access returns what the policy says about an API, or nil.
func (p *Policy) Access(apiID string) *Access {
	if i, ok := p.byAPI[apiID]; ok {
		return &p.AccessRights[i]
	}
	return nil
}
