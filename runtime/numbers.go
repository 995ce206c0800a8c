package runtime

import (
	"strconv"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/limit"
	"github.com/tykctl/tykctl/runtime/proxy"
)

// numbers are the headers that tell a client its limits: of the quota X-RateLimit-*, as Tyk has them, and of rate and quota RateLimit and
// RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers). They are pooled.
type numbers struct {
	headers [5]proxy.Header
	text    []byte
}

// The names are as fasthttp spells them.
var (
	quotaLimit      = []byte("X-Ratelimit-Limit")
	quotaRemaining  = []byte("X-Ratelimit-Remaining")
	quotaReset      = []byte("X-Ratelimit-Reset")
	rateLimitPolicy = []byte("Ratelimit-Policy")
	rateLimit       = []byte("Ratelimit")
	zero            = []byte("0")
)

// unlimited are the headers where nothing is counted; Tyk sends them, too.
var unlimited = []proxy.Header{{Name: quotaLimit, Value: zero}, {Name: quotaRemaining, Value: zero}, {Name: quotaReset, Value: zero}}

// of writes the headers for what the limiter says. They are valid until n is used again.
func (n *numbers) of(r *limit.Result) []proxy.Header {
	n.text = n.text[:0]
	n.headers[0] = proxy.Header{Name: quotaLimit, Value: n.number(r.Quota.Max)}
	n.headers[1] = proxy.Header{Name: quotaRemaining, Value: n.number(r.Quota.Remaining)}
	n.headers[2] = proxy.Header{Name: quotaReset, Value: n.number(renewal(r.Quota))}
	return append(n.headers[:3], n.standard(r)...)
}

// standard writes the headers of the draft, which are about limits that there are.
func (n *numbers) standard(r *limit.Result) []proxy.Header {
	if r.Rate.Max == 0 && r.Quota.Max == 0 {
		return nil
	}
	start := len(n.text)
	n.policies(r)
	n.headers[3] = proxy.Header{Name: rateLimitPolicy, Value: n.text[start:]}
	start = len(n.text)
	n.states(r)
	n.headers[4] = proxy.Header{Name: rateLimit, Value: n.text[start:]}
	return n.headers[3:5]
}

// policies writes what may be asked for: q requests in a window of w seconds.
func (n *numbers) policies(r *limit.Result) {
	if r.Rate.Max > 0 {
		n.text = append(n.text, `"rate";q=`...)
		n.text = strconv.AppendInt(n.text, r.Rate.Max, 10)
		n.window(r.Rate.Window)
	}
	if r.Quota.Max > 0 {
		n.separate(r.Rate.Max > 0)
		n.text = append(n.text, `"quota";q=`...)
		n.text = strconv.AppendInt(n.text, r.Quota.Max, 10)
		n.window(r.Quota.Window)
	}
}

func (n *numbers) window(d time.Duration) {
	if d > 0 {
		n.text = append(n.text, ";w="...)
		n.text = strconv.AppendInt(n.text, seconds(d), 10)
	}
}

// states writes what is left: r requests now, more in t seconds.
func (n *numbers) states(r *limit.Result) {
	if r.Rate.Max > 0 {
		n.text = append(n.text, `"rate"`...)
		n.state(r.Rate)
	}
	if r.Quota.Max > 0 {
		n.separate(r.Rate.Max > 0)
		n.text = append(n.text, `"quota"`...)
		n.state(r.Quota)
	}
}

func (n *numbers) state(s limit.State) {
	n.text = append(n.text, ";r="...)
	n.text = strconv.AppendInt(n.text, s.Remaining, 10)
	if s.Resets > 0 {
		n.text = append(n.text, ";t="...)
		n.text = strconv.AppendInt(n.text, seconds(s.Resets), 10)
	}
}

func (n *numbers) separate(more bool) {
	if more {
		n.text = append(n.text, ", "...)
	}
}

func (n *numbers) number(v int64) []byte {
	start := len(n.text)
	n.text = strconv.AppendInt(n.text, v, 10)
	return n.text[start:]
}

// renewal is when a quota is renewed, in seconds since 1970, rounded up; 0: never, or there is none.
func renewal(s limit.State) int64 {
	if s.Renews.IsZero() {
		return 0
	}
	return s.Renews.Add(time.Second - 1).Unix()
}

// seconds rounds up: who comes back after so many must not be too early.
func seconds(d time.Duration) int64 { return int64((d + time.Second - 1) / time.Second) }

// set puts headers into an answer of the gateway's own.
func set(h *fasthttp.ResponseHeader, list []proxy.Header) {
	for i := range list {
		h.SetCanonical(list[i].Name, list[i].Value)
	}
}
