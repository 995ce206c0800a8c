package runtime_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime"
	"github.com/tykctl/tykctl/runtime/store"
	"github.com/tykctl/tykctl/runtime/store/memory"
)

// estate is a plan of n OAuth APIs with one policy that opens all of them, restricted to methods and paths, with a rate and a quota. The operation
// GET /things/{id} of the last needs a scope.
func estate(n int, upstream string) *plan.Plan {
	p := &plan.Plan{
		Format: plan.Format, Upstreams: []plan.Upstream{{Scheme: "http", Host: upstream}}, Origins: []plan.Origin{{File: "test.yaml", Line: 1, Column: 1}},
		OAuth: []plan.OAuth2{{Scheme: "one", Grants: []string{"client_credentials"}}},
	}
	policy := opens("p", plan.Limit{Rate: 1e9, Per: 60, QuotaMax: 1e15, QuotaRenewal: 3600})
	header := []plan.Source{{Kind: plan.SourceHeader, Name: "Authorization"}}
	for i := range n {
		id := fmt.Sprintf("api-%05d", i)
		if i == n-1 {
			id = "last"
		}
		p.APIs = append(p.APIs, plan.API{
			ID: id, Name: id, Active: true, ListenPath: "/" + id + "/", Strip: true, Auth: plan.AuthOAuth, Sources: header, StripAuth: true, OAuth: 0,
		})
		policy.Access = append(policy.Access, plan.Access{
			APIID: id, Allowed: []plan.URLAccess{{Pattern: "^/" + id + "/things/", Methods: []string{"GET", "PUT"}}},
		})
	}
	p.Routes = []plan.Route{{API: plan.APIID(n - 1), Method: "GET", Path: "/things/{id}", Scopes: []string{"admin", "read"}}}
	p.APIs[n-1].RouteCount = 1
	p.Policies = []plan.Policy{policy}
	return p
}

// token stores the access token "token" of the API "last" with the scope read and the policy p.
func token(t testing.TB, st store.Store) {
	t.Helper()
	ctx := context.Background()
	if err := st.CreateClient(ctx, &store.Client{ID: "cl", APIID: "last"}); err != nil {
		t.Fatal(err)
	}
	record := store.AccessToken{Key: store.KeyOf("token"), APIID: "last", ClientID: "cl", PolicyIDs: []string{"p"}, Scope: "write read", ExpiresAt: time.Now().Add(time.Hour)}
	if err := st.IssueTokens(ctx, &store.TokenPair{Access: record}); err != nil {
		t.Fatal(err)
	}
}

const fullRequest = "GET /last/things/7?q=1 HTTP/1.1\r\nHost: api.example.com\r\nUser-Agent: test\r\nAccept: */*\r\nAuthorization: Bearer token\r\n\r\n"

// BenchmarkRequest compares a request through the gateway, with token check, access rights, scopes, rate and quota, with the least that fasthttp can
// do: a server that gives what it gets to a HostClient. Client and upstream are the same; the ratio is what counts. The number behind "full" is that of
// the APIs in the policy, of which the cost must not depend.
func BenchmarkRequest(b *testing.B) {
	upstream := listenLoopback(b)
	up := &fasthttp.Server{Handler: func(ctx *fasthttp.RequestCtx) {
		ctx.SetContentType("application/json")
		ctx.SetBodyString(`{"id":"pets"}`)
	}}
	go func() { _ = up.Serve(upstream) }()
	defer func() { _ = up.Shutdown() }()
	host := upstream.Addr().String()

	b.Run("baseline/bare", func(b *testing.B) {
		client := &fasthttp.HostClient{Addr: host, Dial: func(addr string) (net.Conn, error) { return net.Dial("tcp", addr) }}
		bare := &fasthttp.Server{Handler: func(ctx *fasthttp.RequestCtx) {
			if err := client.Do(&ctx.Request, &ctx.Response); err != nil {
				ctx.Error("bare", fasthttp.StatusBadGateway)
			}
		}}
		ln := listenLoopback(b)
		go func() { _ = bare.Serve(ln) }()
		defer func() { _ = bare.Shutdown() }()
		defer client.CloseIdleConnections()
		pump(b, ln.Addr().String())
	})
	for _, bb := range []struct {
		name   string
		apis   int
		change func(*plan.Plan)
	}{
		{"keyless", 1, func(p *plan.Plan) { p.APIs[0].Auth, p.APIs[0].OAuth = plan.AuthKeyless, plan.None }},
		{"token", 1, func(p *plan.Plan) { p.Policies[0].Limit = plan.Limit{} }},
		{"full/1", 1, nil},
		{"full/300", 300, nil},
		{"full/10000", 10_000, nil},
	} {
		b.Run(bb.name, func(b *testing.B) {
			p := estate(bb.apis, host)
			if bb.change != nil {
				bb.change(p)
			}
			st := memory.New()
			token(b, st)
			server, err := runtime.New(p, runtime.Options{Store: st, Rand: rand.Reader, Logger: slog.New(slog.DiscardHandler)})
			if err != nil {
				b.Fatal(err)
			}
			ln := listenLoopback(b)
			ctx, stop := context.WithCancel(context.Background())
			done := make(chan error, 1)
			go func() { done <- server.Serve(ctx, ln) }()
			pump(b, ln.Addr().String())
			stop()
			if err := <-done; err != nil {
				b.Error(err)
			}
		})
	}
}

func listenLoopback(t testing.TB) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

// pump sends requests down one connection and waits for each answer.
func pump(b *testing.B, addr string) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	br := bufio.NewReader(conn)
	request := []byte(fullRequest)
	var resp fasthttp.Response
	b.ReportAllocs()
	for b.Loop() {
		if _, err := conn.Write(request); err != nil {
			b.Fatal(err)
		}
		if err := resp.Read(br); err != nil || resp.StatusCode() != fasthttp.StatusOK {
			b.Fatal(err, resp.StatusCode())
		}
	}
}
