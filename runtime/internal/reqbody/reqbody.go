// Package reqbody reads small request bodies whole, for the endpoints that the gateway answers itself. Proxied bodies are streamed and
// never pass through here.
package reqbody

import (
	"errors"
	"io"

	"github.com/valyala/fasthttp"
)

// ErrTooLarge says that the body is longer than the endpoint accepts; answer 413.
var ErrTooLarge = errors.New("request body is too large")

// Read returns the body of a request, at most limit bytes. In a streaming server it must be used instead of PostBody, which returns the text
// of a read error as if it were the body. The slice is valid until the handler returns.
func Read(ctx *fasthttp.RequestCtx, limit int) ([]byte, error) {
	if ctx.Request.Header.ContentLength() > limit {
		return nil, ErrTooLarge
	}
	stream := ctx.RequestBodyStream()
	if stream == nil {
		body := ctx.Request.Body()
		if len(body) > limit {
			return nil, ErrTooLarge
		}
		return body, nil
	}
	body, err := io.ReadAll(io.LimitReader(stream, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	if len(body) > limit {
		return nil, ErrTooLarge
	}
	return body, nil
}
