package proxy

import (
	"errors"

	"github.com/valyala/fasthttp"
)

// statusOf is what the caller of Forward answers.
func statusOf(err error) int {
	switch {
	case errors.Is(err, ErrTimeout):
		return fasthttp.StatusGatewayTimeout
	case errors.Is(err, ErrBusy):
		return fasthttp.StatusServiceUnavailable
	case errors.Is(err, ErrBody):
		return fasthttp.StatusBadRequest
	case errors.Is(err, ErrTooLarge):
		return fasthttp.StatusRequestEntityTooLarge
	}
	return fasthttp.StatusBadGateway
}
