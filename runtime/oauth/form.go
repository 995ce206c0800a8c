package oauth

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/url"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/internal/reqbody"
)

// form holds the parameters of a request. A parameter without a value counts as absent (RFC 6749 §3.1).
type form map[string]string

// bodyForm reads the parameters of the body: urlencoded, or JSON with string values as Tyk accepts it.
func bodyForm(ctx *fasthttp.RequestCtx) (form, *Error) {
	body, err := reqbody.Read(ctx, bodyLimit)
	if errors.Is(err, reqbody.ErrTooLarge) {
		e := invalidRequest("the request body is too large")
		e.Status = fasthttp.StatusRequestEntityTooLarge
		return nil, e
	}
	if err != nil {
		return nil, invalidRequest("the request body cannot be read")
	}
	contentType, _, _ := mime.ParseMediaType(string(ctx.Request.Header.ContentType()))
	switch contentType {
	case "application/json":
		return jsonForm(body)
	case "application/x-www-form-urlencoded", "":
		return urlForm(string(body))
	default:
		return nil, invalidRequest("the content type must be application/x-www-form-urlencoded or application/json")
	}
}

// queryOrBodyForm reads the parameters of the query and of a urlencoded body; one that stands in both must be the same.
func queryOrBodyForm(ctx *fasthttp.RequestCtx) (form, *Error) {
	f, e := urlForm(string(ctx.URI().QueryString()))
	if e != nil || !ctx.IsPost() {
		return f, e
	}
	body, e := bodyForm(ctx)
	if e != nil {
		return nil, e
	}
	for name, value := range body {
		if other, ok := f[name]; ok && other != value {
			return nil, repeated(name)
		}
		f[name] = value
	}
	return f, nil
}

// urlForm refuses repeated parameters (RFC 6749 §3.1, §3.2).
func urlForm(text string) (form, *Error) {
	values, err := url.ParseQuery(text)
	if err != nil {
		return nil, invalidRequest("the parameters are not urlencoded")
	}
	f := make(form, len(values))
	for name, list := range values {
		if len(list) > 1 {
			return nil, repeated(name)
		}
		if list[0] != "" {
			f[name] = list[0]
		}
	}
	return f, nil
}

func jsonForm(body []byte) (form, *Error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	malformed := invalidRequest("the body must be one JSON object with string values")
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, malformed
	}
	f := form{}
	for dec.More() {
		name, err := dec.Token() // a decoder yields only strings here
		if err != nil {
			return nil, malformed
		}
		value, err := dec.Token()
		if err != nil {
			return nil, malformed
		}
		key, text := name.(string), ""
		text, ok := value.(string)
		if !ok {
			return nil, malformed
		}
		if _, ok := f[key]; ok {
			return nil, repeated(key)
		}
		if text != "" {
			f[key] = text
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

// repeated does not echo an unknown parameter's name: it is the client's text, of any length.
func repeated(name string) *Error {
	if len(name) > 40 {
		name = "a parameter"
	}
	return invalidRequest("parameter given more than once: " + name)
}
