// Package oas loads OpenAPI documents that may be Tyk OAS API definitions. It is the only package that calls kin-openapi's loader,
// and it decides nothing beyond whether a document can be read: what a definition means and whether it works is for
// compiler/check.
//
// A document is read once, by package source; kin-openapi and the JSON Schema of the extension see what that has read.
package oas

import (
	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
)

// ExtensionPointer is where an API definition keeps what is Tyk's.
const ExtensionPointer source.Pointer = "/x-tyk-api-gateway"

// Document is one OpenAPI file with the place of everything in it. It is never modified after Load. Where a $ref leads nowhere, or is
// tolerated and not followed, OpenAPI holds an empty object, and Load has said so.
type Document struct {
	File    *source.File
	Others  []*source.File // that its references lead to
	OpenAPI *openapi3.T    // nil when the OpenAPI part cannot be decoded; Load has said why
	Tyk     *tyk.Extension // nil when the document has no extension

	unknown     map[any]bool // objects of OpenAPI that stand for something else
	unknownItem bool
}

// WithoutOpenAPI is the document with its text, its places and its extension alone: what rules between documents look at.
func (d *Document) WithoutOpenAPI() *Document {
	return &Document{File: d.File, Others: d.Others, Tyk: d.Tyk}
}

// Unknown reports whether an object of OpenAPI, such as a *openapi3.Response, stands for one that a reference does not lead to, so that
// nothing can be said about it.
func (d *Document) Unknown(object any) bool { return d.unknown[object] }

func (d *Document) markUnknown(object any) {
	if d.unknown == nil {
		d.unknown = map[any]bool{}
	}
	d.unknown[object] = true
}

// LacksOperations reports whether a path item is unknown, and with it the operations that it has.
func (d *Document) LacksOperations() bool { return d.unknownItem }

// SchemeKind is what the gateway makes of a security scheme of the extension. The zero value is a scheme that no
// gateway serves: it has no twin in components.securitySchemes or one of a type that Tyk ignores.
type SchemeKind string

// The kinds of security scheme; the words are those of package schemas.
const (
	SchemeToken         SchemeKind = "token"         // apiKey
	SchemeJWT           SchemeKind = "jwt"           // http bearer, bearerFormat JWT
	SchemeBasic         SchemeKind = "basic"         // http basic
	SchemeOAuth         SchemeKind = "oauth"         // oauth2, the gateway is the authorization server
	SchemeExternalOAuth SchemeKind = "externalOAuth" // oauth2 with providers
	SchemeOAuth2        SchemeKind = "oauth2"        // oauth2, another authorization server (5.14)
	SchemeUnknown       SchemeKind = "unknown"       // its twin is behind a reference that is not followed
)

// Scheme is one security scheme of the extension together with its twin in the OpenAPI part.
type Scheme struct {
	Name       string
	Kind       SchemeKind
	Tyk        *tyk.SecurityScheme
	Component  *openapi3.SecurityScheme // nil when there is no twin
	InSecurity bool                     // named by security[0], the only requirement that Gateway 5.8 looks at
}

// At is where the extension describes the scheme.
func (s Scheme) At() source.Pointer {
	return ExtensionPointer + "/server/authentication/securitySchemes" + source.Pointer("").Child(s.Name)
}

// ComponentAt is where the OpenAPI part describes the scheme.
func (s Scheme) ComponentAt() source.Pointer {
	return "/components/securitySchemes" + source.Pointer("").Child(s.Name)
}
