package tyk

import "strings"

// Server says where the API is served, and to whom.
type Server struct {
	ListenPath           ListenPath          `json:"listenPath"`
	Authentication       *Authentication     `json:"authentication"` // nil: keyless
	ClientCertificates   *ClientCertificates `json:"clientCertificates"`
	GatewayTags          *GatewayTags        `json:"gatewayTags"`
	CustomDomain         *CustomDomain       `json:"customDomain"`
	DetailedActivityLogs *Toggle             `json:"detailedActivityLogs"`
	DetailedTracing      *Toggle             `json:"detailedTracing"`
	EventHandlers        []EventHandler      `json:"eventHandlers"`
	IPAccessControl      *IPAccessControl    `json:"ipAccessControl"`
	BatchProcessing      *Toggle             `json:"batchProcessing"`
	Protocol             string              `json:"protocol"`
	Port                 int                 `json:"port"`
}

// ListenPath is the prefix below which the API is served. It may hold mux templates such as {tenant:[a-z]+}.
type ListenPath struct {
	Value string `json:"value"`
	Strip bool   `json:"strip"` // whether the prefix is removed before the upstream sees the path
}

// CustomDomain is the host name the API answers to, or a mux template for it.
type CustomDomain struct {
	Enabled      bool     `json:"enabled"`
	Name         string   `json:"name"`
	Certificates []string `json:"certificates"`
}

// ClientCertificates is the list of client certificates that may connect.
type ClientCertificates struct {
	Enabled   bool     `json:"enabled"`
	Allowlist []string `json:"allowlist"`
}

// GatewayTags says which gateways load the API.
type GatewayTags struct {
	Enabled bool     `json:"enabled"`
	Tags    []string `json:"tags"`
}

// IPAccessControl admits and refuses clients by address or network.
type IPAccessControl struct {
	Enabled bool     `json:"enabled"`
	Allow   []string `json:"allow"`
	Block   []string `json:"block"`
}

// EventHandler does something when an event of the gateway happens. Type says which fields matter: "webhook" (ID, or URL,
// Method and BodyTemplate), "custom" (FunctionName, Path) or "log" (LogPrefix).
type EventHandler struct {
	Enabled        bool     `json:"enabled"`
	Trigger        string   `json:"trigger"`
	Type           string   `json:"type"`
	ID             string   `json:"id"`
	Name           string   `json:"name"`
	URL            string   `json:"url"`
	Method         string   `json:"method"`
	CooldownPeriod string   `json:"cooldownPeriod"` // a duration
	BodyTemplate   string   `json:"bodyTemplate"`
	Headers        []Header `json:"headers"`
	FunctionName   string   `json:"functionName"`
	Path           string   `json:"path"`
	LogPrefix      string   `json:"logPrefix"`
}

// Header is one HTTP header with its value.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Domain is the host that the API is bound to, or "" for every host. Hosts are compared without regard to case; a template stays as it is
// written, since case may matter in its patterns.
func (s *Server) Domain() string {
	switch d := s.CustomDomain; {
	case d == nil || !d.Enabled:
		return ""
	case strings.Contains(d.Name, "{"):
		return d.Name
	default:
		return strings.ToLower(d.Name)
	}
}
