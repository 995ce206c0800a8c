// Package reqbody reads small request bodies whole, for the endpoints that the gateway answers itself. Proxied bodies are streamed and
// never pass through here.
package reqbody

import (
	"errors"
	"io"
	"time"

	"github.com/valyala/fasthttp"
)

// ErrTooLarge says that the body is longer than the endpoint accepts; answer 413.
var ErrTooLarge = errors.New("request body is too large")

// Read returns the body of a request, at most limit bytes. In a streaming server it must be used instead of PostBody, which returns the text
// of a read error as if it were the body. A body that was broken off is an error, and after any error the connection is closed with the
// answer: what follows a broken chunk may look like the end of the body, or like another request. The slice is valid until the
// handler returns.
func Read(ctx *fasthttp.RequestCtx, limit int) ([]byte, error) {
	body, err := read(ctx, limit)
	if err != nil {
		ctx.Request.SetConnectionClose()
	}
	return body, err
}

func read(ctx *fasthttp.RequestCtx, limit int) ([]byte, error) {
	length := ctx.Request.Header.ContentLength()
	if length > limit {
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
	switch {
	case err != nil:
		return nil, err
	case len(body) > limit:
		return nil, ErrTooLarge
	case length >= 0 && len(body) != length, length < 0 && !ended(ctx, stream):
		return nil, io.ErrUnexpectedEOF
	}
	return body, nil
}

// ended reports whether a chunked body is complete. fasthttp's stream says io.EOF for its end and for the end of the connection alike; only
// after the last chunk does it go on saying so without reading, so a read that may not wait tells one from the other.
func ended(ctx *fasthttp.RequestCtx, stream io.Reader) bool {
	_ = ctx.Conn().SetReadDeadline(time.Unix(1, 0))
	_, err := stream.Read(make([]byte, 1))
	_ = ctx.Conn().SetReadDeadline(time.Time{})
	return errors.Is(err, io.EOF)
}
