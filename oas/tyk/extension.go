// Package tyk holds x-tyk-api-gateway, the extension that makes an OpenAPI document a Tyk OAS API definition, as Go types,
// and answers what its values mean: durations, key-value references, and where an OAuth endpoint URL leads.
//
// It follows the reference of Tyk Gateway 5.8 and names newer fields where the compiler needs them. It decodes as tolerantly
// as the gateway does and judges nothing: unknown names and wrong types are found by package schemas, meaning by the rules.
package tyk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Key is the member of an OpenAPI document that holds the extension.
const Key = "x-tyk-api-gateway"

// Extension is the value of x-tyk-api-gateway. Optional objects are pointers and nil when the document leaves them out;
// lists and maps hold no nil entry.
type Extension struct {
	Info       Info       `json:"info"`
	Server     Server     `json:"server"`
	Upstream   Upstream   `json:"upstream"`
	Middleware Middleware `json:"middleware"`

	raw []byte
}

// Info says what the API is.
type Info struct {
	ID         string      `json:"id"`
	DBID       string      `json:"dbId"`
	OrgID      string      `json:"orgId"`
	Name       string      `json:"name"`
	Expiration string      `json:"expiration"` // "2006-01-02 15:04"; not checked by the gateway
	State      State       `json:"state"`
	Versioning *Versioning `json:"versioning"`
}

// State says whether the API is served, and to whom.
type State struct {
	Active   bool `json:"active"`
	Internal bool `json:"internal"` // only reachable by looping (tyk://)
}

// Versioning makes an API the base of a family of versions.
type Versioning struct {
	Enabled              bool          `json:"enabled"`
	Name                 string        `json:"name"`
	Default              string        `json:"default"`  // a version name, or "self"
	Location             string        `json:"location"` // header, url-param or url
	Key                  string        `json:"key"`
	Versions             []VersionToID `json:"versions"`
	StripVersioningData  bool          `json:"stripVersioningData"`
	URLVersioningPattern string        `json:"urlVersioningPattern"`
	FallbackToDefault    bool          `json:"fallbackToDefault"`
}

// VersionToID names the API that serves a version.
type VersionToID struct {
	Name string `json:"name"`
	ID   string `json:"id"`
}

// Toggle is an optional feature of which only the switch matters here.
type Toggle struct {
	Enabled bool `json:"enabled"`
}

// On reports whether the feature is present and enabled.
func (t *Toggle) On() bool { return t != nil && t.Enabled }

// Decode reads an extension the way Tyk Gateway does: unknown members are ignored, names match without regard to case, and
// a value of the wrong type leaves its field zero while decoding goes on. The only errors are input that is not JSON and
// input that is not an object. Decode keeps a copy of raw.
func Decode(raw []byte) (*Extension, error) {
	if !json.Valid(raw) {
		return nil, errors.New("extension is not valid JSON")
	}
	if trimmed := bytes.TrimLeft(raw, " \t\r\n"); trimmed[0] != '{' {
		return nil, fmt.Errorf("%s must be an object", Key)
	}
	e := &Extension{raw: bytes.Clone(raw)}
	if err := json.Unmarshal(raw, e); err != nil {
		var wrongType *json.UnmarshalTypeError
		if !errors.As(err, &wrongType) {
			return nil, fmt.Errorf("decode %s: %w", Key, err)
		}
	}
	e.dropNulls()
	return e, nil
}

// dropNulls removes map entries that are null in the document, so that whoever ranges over a map may use every value.
func (e *Extension) dropNulls() {
	if a := e.Server.Authentication; a != nil {
		dropNil(a.SecuritySchemes)
	}
	dropNil(e.Middleware.Operations)
	dropNil(e.Middleware.MCPTools)
	dropNil(e.Middleware.MCPResources)
	dropNil(e.Middleware.MCPPrompts)
}

func dropNil[T any](m map[string]*T) {
	for k, v := range m {
		if v == nil {
			delete(m, k)
		}
	}
}

// MarshalJSON returns the JSON the extension was decoded from: nothing a person wrote, known or unknown, is lost. It is an
// error for an extension that did not come from Decode.
func (e *Extension) MarshalJSON() ([]byte, error) {
	if e.raw == nil {
		return nil, errors.New("extension was not decoded from a document")
	}
	return slices.Clone(e.raw), nil
}

// Raw returns the JSON the extension was decoded from. The caller must not modify it.
func (e *Extension) Raw() []byte { return e.raw }
