package tyk

// Operation is the middleware of one operation.
type Operation struct {
	Allow                    *Allowance         `json:"allow"`
	Block                    *Allowance         `json:"block"`
	IgnoreAuthentication     *Allowance         `json:"ignoreAuthentication"`
	Internal                 *Toggle            `json:"internal"`
	TransformRequestMethod   *TransformMethod   `json:"transformRequestMethod"`
	TransformRequestBody     *TransformBody     `json:"transformRequestBody"`
	TransformResponseBody    *TransformBody     `json:"transformResponseBody"`
	TransformRequestHeaders  *TransformHeaders  `json:"transformRequestHeaders"`
	TransformResponseHeaders *TransformHeaders  `json:"transformResponseHeaders"`
	URLRewrite               *URLRewrite        `json:"urlRewrite"`
	Cache                    *OperationCache    `json:"cache"`
	EnforceTimeout           *EnforceTimeout    `json:"enforceTimeout"`
	ValidateRequest          *ValidateRequest   `json:"validateRequest"`
	MockResponse             *MockResponse      `json:"mockResponse"`
	VirtualEndpoint          *VirtualEndpoint   `json:"virtualEndpoint"`
	PostPlugins              []Plugin           `json:"postPlugins"`
	CircuitBreaker           *CircuitBreaker    `json:"circuitBreaker"`
	TrackEndpoint            *Toggle            `json:"trackEndpoint"`
	DoNotTrackEndpoint       *Toggle            `json:"doNotTrackEndpoint"`
	RequestSizeLimit         *RequestSizeLimit  `json:"requestSizeLimit"`
	RateLimit                *RateLimit         `json:"rateLimit"`
	ScopeCheck               *Opaque            `json:"scopeCheck"`
	Exchange                 *OperationExchange `json:"exchange"`
}

// OperationExchange overrides the token exchange of the scheme for one operation.
type OperationExchange struct {
	Enabled  bool     `json:"enabled"`
	Audience string   `json:"audience"`
	Scopes   []string `json:"scopes"`
}

// Allowance puts an operation on the allow list, on the block list, or outside authentication.
type Allowance struct {
	Enabled    bool `json:"enabled"`
	IgnoreCase bool `json:"ignoreCase"`
}

// On reports whether the allowance is present and enabled.
func (a *Allowance) On() bool { return a != nil && a.Enabled }

// TransformMethod sends the request upstream with another method.
type TransformMethod struct {
	Enabled  bool   `json:"enabled"`
	ToMethod string `json:"toMethod"`
}

// TransformBody rewrites a body with a template; Body (base64) wins over Path.
type TransformBody struct {
	Enabled bool   `json:"enabled"`
	Format  string `json:"format"`
	Path    string `json:"path"`
	Body    string `json:"body"`
}

// URLRewrite sends the request to another path or URL.
type URLRewrite struct {
	Enabled   bool             `json:"enabled"`
	Pattern   string           `json:"pattern"`
	RewriteTo string           `json:"rewriteTo"`
	Triggers  []RewriteTrigger `json:"triggers"`
}

// RewriteTrigger replaces the target when any or all of its rules hold.
type RewriteTrigger struct {
	Condition string        `json:"condition"` // any or all
	Rules     []RewriteRule `json:"rules"`
	RewriteTo string        `json:"rewriteTo"`
}

// RewriteRule looks at one part of the request; Name is not used for requestBody.
type RewriteRule struct {
	In      string `json:"in"`
	Name    string `json:"name"`
	Pattern string `json:"pattern"`
	Negate  bool   `json:"negate"`
}

// OperationCache stores the responses of one operation.
type OperationCache struct {
	Enabled            bool   `json:"enabled"`
	CacheByRegex       string `json:"cacheByRegex"`
	CacheResponseCodes []int  `json:"cacheResponseCodes"`
	Timeout            int64  `json:"timeout"` // seconds
}

// EnforceTimeout bounds the time the upstream may take. Duration, where given, is finer than Value.
type EnforceTimeout struct {
	Enabled  bool   `json:"enabled"`
	Value    int    `json:"value"`    // seconds
	Duration string `json:"duration"` // a duration
}

// ValidateRequest checks requests against the OpenAPI description.
type ValidateRequest struct {
	Enabled           bool `json:"enabled"`
	ErrorResponseCode int  `json:"errorResponseCode"` // 0: 422
}

// MockResponse answers in place of the upstream.
type MockResponse struct {
	Enabled         bool             `json:"enabled"`
	Code            int              `json:"code"`
	Body            string           `json:"body"`
	Headers         []Header         `json:"headers"`
	FromOASExamples *FromOASExamples `json:"fromOASExamples"`
}

// FromOASExamples takes the mock answer from the examples of the document.
type FromOASExamples struct {
	Enabled     bool   `json:"enabled"`
	Code        int    `json:"code"`
	ContentType string `json:"contentType"`
	ExampleName string `json:"exampleName"`
}

// VirtualEndpoint answers with a JavaScript function.
type VirtualEndpoint struct {
	Enabled        bool   `json:"enabled"`
	Name           string `json:"name"` // deprecated: FunctionName
	FunctionName   string `json:"functionName"`
	Path           string `json:"path"`
	Body           string `json:"body"`
	ProxyOnError   bool   `json:"proxyOnError"`
	RequireSession bool   `json:"requireSession"`
}

// CircuitBreaker stops calling an upstream that fails.
type CircuitBreaker struct {
	Enabled              bool    `json:"enabled"`
	Threshold            float64 `json:"threshold"` // share of failures, 0 to 1
	SampleSize           int     `json:"sampleSize"`
	CoolDownPeriod       int     `json:"coolDownPeriod"` // seconds
	HalfOpenStateEnabled bool    `json:"halfOpenStateEnabled"`
}
