//go:build !race

package proxy

import "testing"

// TestNoAllocation is for the whole of a small exchange, which is more than the promise: the answer is included.
func TestNoAllocation(t *testing.T) {
	for _, tt := range []struct{ name, request, answer string }{
		{"get", typicalRequest, typicalAnswer},
		{"small body", "POST /api/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", typicalAnswer},
		{"no date", typicalRequest, "HTTP/1.1 204 No Content\r\nConnection: keep-alive, X-Gone\r\nX-Gone: 1\r\n\r\n"},
	} {
		p, ctx, req := fakeExchange(t, tt.request, tt.answer)
		var failed error
		n := testing.AllocsPerRun(500, func() {
			if !CheckHead(ctx) {
				failed = ErrBody
			}
			if err := p.Forward(ctx, req); err != nil {
				failed = err
			}
		})
		if failed != nil || n != 0 {
			t.Errorf("%s: %v allocations, error %v", tt.name, n, failed)
		}
	}
}
