package runtime_test

import (
	"testing"

	"github.com/valyala/fasthttp"
)

// BenchmarkToken measures one token over HTTP, client credentials, in memory.
func BenchmarkToken(b *testing.B) {
	g := start(b, twoAPIs(), nil)
	pass := g.client("a", "cl")
	b.ReportAllocs()
	req, resp := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	req.SetRequestURI(g.url + "/a/oauth/token")
	req.Header.SetMethod("POST")
	req.Header.SetContentType("application/x-www-form-urlencoded")
	req.SetBodyString(form("grant_type", "client_credentials", "client_id", "cl", "client_secret", pass))
	client := &fasthttp.Client{}
	defer client.CloseIdleConnections()
	for b.Loop() {
		if err := client.Do(req, resp); err != nil || resp.StatusCode() != 200 {
			b.Fatal(err, resp.StatusCode())
		}
	}
}

// BenchmarkProxied compares a request through token check and proxy with the same client talking to the upstream itself.
func BenchmarkProxied(b *testing.B) {
	g := start(b, twoAPIs(), nil)
	token := g.accessToken("a", "cl:"+g.client("a", "cl"))
	for name, url := range map[string]string{"baseline/direct": g.upstream.URL + "/x", "gateway": g.url + "/a/x"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			req, resp := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
			req.SetRequestURI(url)
			req.Header.Set("Authorization", "Bearer "+token)
			client := &fasthttp.Client{}
			defer client.CloseIdleConnections()
			for b.Loop() {
				if err := client.Do(req, resp); err != nil || resp.StatusCode() != 200 {
					b.Fatal(err, resp.StatusCode())
				}
			}
		})
	}
}
