package tyk

// Middleware is what happens to requests on their way.
type Middleware struct {
	Global       *Global               `json:"global"`
	Operations   map[string]*Operation `json:"operations"` // by operationId, compared exactly
	MCPTools     map[string]*Operation `json:"mcpTools"`
	MCPResources map[string]*Operation `json:"mcpResources"`
	MCPPrompts   map[string]*Operation `json:"mcpPrompts"`
}

// Global is the middleware of the whole API.
type Global struct {
	PluginConfig              *PluginConfig     `json:"pluginConfig"`
	CORS                      *CORS             `json:"cors"`
	PrePlugin                 *PluginList       `json:"prePlugin"` // deprecated
	PrePlugins                []Plugin          `json:"prePlugins"`
	PostAuthenticationPlugin  *PluginList       `json:"postAuthenticationPlugin"` // deprecated
	PostAuthenticationPlugins []Plugin          `json:"postAuthenticationPlugins"`
	PostPlugin                *PluginList       `json:"postPlugin"` // deprecated
	PostPlugins               []Plugin          `json:"postPlugins"`
	ResponsePlugin            *PluginList       `json:"responsePlugin"` // deprecated
	ResponsePlugins           []Plugin          `json:"responsePlugins"`
	Cache                     *Cache            `json:"cache"`
	TransformRequestHeaders   *TransformHeaders `json:"transformRequestHeaders"`
	TransformResponseHeaders  *TransformHeaders `json:"transformResponseHeaders"`
	ContextVariables          *Toggle           `json:"contextVariables"` // nil: off
	TrafficLogs               *TrafficLogs      `json:"trafficLogs"`      // nil: nothing is recorded
	RequestSizeLimit          *RequestSizeLimit `json:"requestSizeLimit"`
	IgnoreCase                *Toggle           `json:"ignoreCase"`
	SkipRateLimit             bool              `json:"skipRateLimit"`
	SkipQuota                 bool              `json:"skipQuota"`
	SkipQuotaReset            bool              `json:"skipQuotaReset"`
}

// PluginConfig says how plugins are run and where they come from.
type PluginConfig struct {
	Driver string      `json:"driver"`
	Bundle *Bundle     `json:"bundle"`
	Data   *PluginData `json:"data"`
}

// Bundle is an archive of plugins.
type Bundle struct {
	Enabled bool   `json:"enabled"`
	Path    string `json:"path"`
}

// PluginData is free data that plugins can read.
type PluginData struct {
	Enabled bool           `json:"enabled"`
	Value   map[string]any `json:"value"`
}

// PluginList is the deprecated form of the plugin lists.
type PluginList struct {
	Plugins []Plugin `json:"plugins"`
}

// Plugin is one custom plugin.
type Plugin struct {
	Enabled        bool   `json:"enabled"`
	FunctionName   string `json:"functionName"`
	Path           string `json:"path"`
	Code           string `json:"code"`
	RawBodyOnly    bool   `json:"rawBodyOnly"`
	RequireSession bool   `json:"requireSession"`
}

// CORS answers cross-origin requests.
type CORS struct {
	Enabled            bool     `json:"enabled"`
	MaxAge             int      `json:"maxAge"` // seconds
	AllowCredentials   bool     `json:"allowCredentials"`
	ExposedHeaders     []string `json:"exposedHeaders"`
	AllowedHeaders     []string `json:"allowedHeaders"`
	OptionsPassthrough bool     `json:"optionsPassthrough"`
	Debug              bool     `json:"debug"`
	AllowedOrigins     []string `json:"allowedOrigins"`
	AllowedMethods     []string `json:"allowedMethods"`
}

// Cache stores responses for the whole API.
type Cache struct {
	Enabled                    bool     `json:"enabled"`
	Timeout                    int64    `json:"timeout"` // seconds
	CacheAllSafeRequests       bool     `json:"cacheAllSafeRequests"`
	CacheResponseCodes         []int    `json:"cacheResponseCodes"`
	CacheByHeaders             []string `json:"cacheByHeaders"`
	EnableUpstreamCacheControl bool     `json:"enableUpstreamCacheControl"`
	ControlTTLHeaderName       string   `json:"controlTTLHeaderName"`
}

// TransformHeaders removes and adds headers.
type TransformHeaders struct {
	Enabled bool     `json:"enabled"`
	Remove  []string `json:"remove"`
	Add     []Header `json:"add"`
}

// TrafficLogs records requests for analytics.
type TrafficLogs struct {
	Enabled               bool     `json:"enabled"`
	TagHeaders            []string `json:"tagHeaders"`
	CustomRetentionPeriod string   `json:"customRetentionPeriod"` // a duration
	Plugins               []Plugin `json:"plugins"`
}

// RequestSizeLimit refuses larger request bodies.
type RequestSizeLimit struct {
	Enabled bool  `json:"enabled"`
	Value   int64 `json:"value"` // bytes
}
