package tyk

// Upstream says where requests go.
type Upstream struct {
	URL                   string            `json:"url"` // may be a key-value reference or a tyk:// URL
	ServiceDiscovery      *ServiceDiscovery `json:"serviceDiscovery"`
	UptimeTests           *UptimeTests      `json:"uptimeTests"`
	MutualTLS             *MutualTLS        `json:"mutualTLS"`
	CertificatePinning    *Pinning          `json:"certificatePinning"`
	RateLimit             *RateLimit        `json:"rateLimit"`
	Authentication        *UpstreamAuth     `json:"authentication"`
	LoadBalancing         *LoadBalancing    `json:"loadBalancing"`
	PreserveHostHeader    *Toggle           `json:"preserveHostHeader"`
	PreserveTrailingSlash *Toggle           `json:"preserveTrailingSlash"`
	TLSTransport          *TLSTransport     `json:"tlsTransport"`
	Proxy                 *Proxy            `json:"proxy"`
	EnforceTimeout        *EnforceTimeout   `json:"enforceTimeout"`
}

// RateLimit allows Rate requests in each period Per.
type RateLimit struct {
	Enabled bool   `json:"enabled"`
	Rate    int    `json:"rate"`
	Per     string `json:"per"` // a duration
}

// LoadBalancing spreads requests over targets.
type LoadBalancing struct {
	Enabled              bool     `json:"enabled"`
	SkipUnavailableHosts bool     `json:"skipUnavailableHosts"`
	Targets              []Target `json:"targets"`
}

// Target is one upstream of several; a weight of 0 takes it out of the rotation.
type Target struct {
	URL    string `json:"url"`
	Weight int    `json:"weight"`
}

// UpstreamAuth is how the gateway proves itself to the upstream.
type UpstreamAuth struct {
	Enabled        bool               `json:"enabled"`
	BasicAuth      *UpstreamBasicAuth `json:"basicAuth"`
	OAuth          *UpstreamOAuth     `json:"oauth"`
	RequestSigning *RequestSigning    `json:"requestSigning"`
}

// UpstreamBasicAuth is a user name and a password for the upstream.
type UpstreamBasicAuth struct {
	Enabled  bool        `json:"enabled"`
	Header   *AuthSource `json:"header"`
	Username string      `json:"username"`
	Password string      `json:"password"`
}

// UpstreamOAuth is an access token for the upstream.
type UpstreamOAuth struct {
	Enabled               bool                 `json:"enabled"`
	AllowedAuthorizeTypes []string             `json:"allowedAuthorizeTypes"`
	ClientCredentials     *UpstreamCredentials `json:"clientCredentials"`
	Password              *UpstreamCredentials `json:"password"`
}

// UpstreamCredentials are the parameters of either grant; Username and Password belong to the password grant.
type UpstreamCredentials struct {
	ClientID      string      `json:"clientId"`
	ClientSecret  string      `json:"clientSecret"`
	Method        string      `json:"method"`
	Header        *AuthSource `json:"header"`
	Username      string      `json:"username"`
	Password      string      `json:"password"`
	TokenURL      string      `json:"tokenUrl"`
	Scopes        []string    `json:"scopes"`
	ExtraMetadata []string    `json:"extraMetadata"`
}

// RequestSigning signs requests to the upstream.
type RequestSigning struct {
	Enabled         bool     `json:"enabled"`
	SignatureHeader string   `json:"signatureHeader"`
	Algorithm       string   `json:"algorithm"`
	KeyID           string   `json:"keyId"`
	Headers         []string `json:"headers"`
	Secret          string   `json:"secret"`
	CertificateID   string   `json:"certificateId"`
}

// MutualTLS presents client certificates to upstream domains.
type MutualTLS struct {
	Enabled                    bool                  `json:"enabled"`
	DomainToCertificateMapping []DomainToCertificate `json:"domainToCertificateMapping"`
}

// DomainToCertificate names the client certificate for a domain; "*" stands for every domain.
type DomainToCertificate struct {
	Domain      string `json:"domain"`
	Certificate string `json:"certificate"`
}

// Pinning accepts only known public keys of upstream domains.
type Pinning struct {
	Enabled                   bool        `json:"enabled"`
	DomainToPublicKeysMapping []PinnedKey `json:"domainToPublicKeysMapping"`
}

// PinnedKey names the public keys a domain may present.
type PinnedKey struct {
	Domain     string   `json:"domain"`
	PublicKeys []string `json:"publicKeys"`
}

// TLSTransport is how TLS is spoken with the upstream.
type TLSTransport struct {
	InsecureSkipVerify   bool     `json:"insecureSkipVerify"`
	Ciphers              []string `json:"ciphers"`
	MinVersion           string   `json:"minVersion"` // "1.0" to "1.3"
	MaxVersion           string   `json:"maxVersion"`
	ForceCommonNameCheck bool     `json:"forceCommonNameCheck"`
}

// Proxy is an HTTP proxy between the gateway and the upstream.
type Proxy struct {
	Enabled bool   `json:"enabled"`
	URL     string `json:"url"`
}

// ServiceDiscovery asks a registry for the targets.
type ServiceDiscovery struct {
	Enabled             bool   `json:"enabled"`
	QueryEndpoint       string `json:"queryEndpoint"`
	DataPath            string `json:"dataPath"`
	UseNestedQuery      bool   `json:"useNestedQuery"`
	ParentDataPath      string `json:"parentDataPath"`
	PortDataPath        string `json:"portDataPath"`
	UseTargetList       bool   `json:"useTargetList"`
	TargetPath          string `json:"targetPath"`
	EndpointReturnsList bool   `json:"endpointReturnsList"`
}

// UptimeTests probe the upstream.
type UptimeTests struct {
	Enabled              bool              `json:"enabled"`
	ServiceDiscovery     *ServiceDiscovery `json:"serviceDiscovery"`
	Tests                []UptimeTest      `json:"tests"`
	HostDownRetestPeriod string            `json:"hostDownRetestPeriod"` // a duration
	LogRetentionPeriod   string            `json:"logRetentionPeriod"`   // a duration
}

// UptimeTest is one probe.
type UptimeTest struct {
	URL                 string            `json:"url"`
	Timeout             string            `json:"timeout"` // a duration
	Method              string            `json:"method"`
	Headers             map[string]string `json:"headers"`
	Body                string            `json:"body"`
	EnableProxyProtocol bool              `json:"enableProxyProtocol"`
}
