package oauth

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/url"
	"slices"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/internal/reqbody"
)

// form holds the parameters of a request. A parameter without a value counts as absent (RFC 6749 §3.1).
type form map[string]string

// What a request may hold. A state or a scope is copied into URLs and records, so that it is bounded more tightly than the body.
const (
	maxParameters = 64
	maxValue      = 4 << 10 // of each parameter but keyRules, in bytes
)

// keyRules is the parameter by which the identity server chooses the session of an access token.
const keyRules = "key_rules"

// bodyForm reads the parameters of the body: urlencoded, or JSON with string values as Tyk accepts it.
func bodyForm(ctx *fasthttp.RequestCtx) (form, *Error) {
	body, err := reqbody.Read(ctx, bodyLimit)
	if errors.Is(err, reqbody.ErrTooLarge) {
		e := invalidRequest("the request body is too large")
		e.Status = fasthttp.StatusRequestEntityTooLarge
		return nil, e
	}
	if err != nil {
		return nil, unreadable("the request body cannot be read")
	}
	contentType, _, _ := mime.ParseMediaType(string(ctx.Request.Header.ContentType()))
	switch contentType {
	case "application/json":
		return jsonForm(body)
	case "application/x-www-form-urlencoded", "":
		return urlForm(string(body))
	default:
		return nil, unreadable("the content type must be application/x-www-form-urlencoded or application/json")
	}
}

// unreadable is the error of a form that is none. Tyk's token endpoint finds no grant type in it.
func unreadable(description string) *Error {
	e := invalidRequest(description)
	e.tyk = tykForm{code: "unsupported_grant_type", status: fasthttp.StatusBadRequest, message: "error parsing form. Form malformed"}
	return e
}

// queryOrBodyForm reads the parameters of the query and of a urlencoded body; one that stands in both must be the same.
func queryOrBodyForm(ctx *fasthttp.RequestCtx) (form, *Error) {
	f, e := urlForm(string(ctx.URI().QueryString()))
	if e == nil && ctx.IsPost() {
		var body form
		if body, e = bodyForm(ctx); e == nil {
			e = f.add(body)
		}
	}
	if e != nil {
		return nil, e.as("invalid_request")
	}
	return f, nil
}

func (f form) add(other form) *Error {
	for name, value := range other {
		if former, ok := f[name]; ok && former != value {
			return repeated(name)
		}
		f[name] = value
	}
	return nil
}

// set adds a parameter that is there for the first time, within bounds.
func (f form) set(name, value string) *Error {
	switch {
	case value == "":
		return nil
	case len(f) == maxParameters:
		return invalidRequest("the request has too many parameters")
	case len(value) > maxValue && name != keyRules:
		return invalidRequest("a parameter is too long: " + shown(name))
	}
	f[name] = value
	return nil
}

// urlForm refuses repeated parameters (RFC 6749 §3.1, §3.2).
func urlForm(text string) (form, *Error) {
	values, err := url.ParseQuery(text)
	if err != nil {
		return nil, unreadable("the parameters are not urlencoded")
	}
	f := make(form, min(len(values), maxParameters))
	for name, list := range values {
		if len(list) > 1 {
			return nil, repeated(name)
		}
		if e := f.set(name, list[0]); e != nil {
			return nil, e
		}
	}
	return f, nil
}

func jsonForm(body []byte) (form, *Error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	malformed := unreadable("the body must be one JSON object with string values")
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, malformed
	}
	f := form{}
	seen := map[string]bool{}
	for dec.More() {
		name, err := dec.Token() // a decoder yields only strings here
		if err != nil {
			return nil, malformed
		}
		value, err := dec.Token()
		if err != nil {
			return nil, malformed
		}
		key := name.(string)
		text, ok := value.(string)
		if !ok {
			return nil, malformed
		}
		if seen[key] {
			return nil, repeated(key)
		}
		seen[key] = true
		if e := f.set(key, text); e != nil {
			return nil, e
		}
	}
	if _, err := dec.Token(); err != nil {
		return nil, malformed
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, malformed
	}
	return f, nil
}

func repeated(name string) *Error {
	return invalidRequest("parameter given more than once: " + shown(name))
}

// known are the parameters of the endpoints.
var known = []string{
	"client_assertion", "client_assertion_type", "client_id", "client_secret", "code", "code_challenge", "code_challenge_method", "code_verifier", "grant_type",
	keyRules, "password", "redirect_uri", "refresh_token", "response_type", "scope", "state", "token", "token_type_hint", "username",
}

// shown does not echo the name of an unknown parameter: it is the client's text, of any length and any characters.
func shown(name string) string {
	if slices.Contains(known, name) {
		return name
	}
	return "one that is not known"
}
