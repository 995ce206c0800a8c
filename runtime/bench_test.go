package runtime_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime"
	"github.com/tykctl/tykctl/runtime/store"
	"github.com/tykctl/tykctl/runtime/store/bolt"
)

// BenchmarkTokens measures token answers over HTTP: each grant, in memory and on the durable store, over one connection and over 32 at once. Code
// counts the call of the identity server too. What to compare with, in the same run: "bare" is an HTTP server that answers with the same bytes, and
// "redis" one that does for each answer what Tyk Gateway at least asks of Redis for client credentials (which is then not on the disk: Redis' own
// default writes once a second): read the client, write the access record, the session and the list of tokens. It needs redis-server, and is left
// out without it.
func BenchmarkTokens(b *testing.B) {
	for _, conns := range []int{1, 32} {
		b.Run(fmt.Sprintf("baseline/bare/conns=%d", conns), func(b *testing.B) { benchBare(b, conns) })
		b.Run(fmt.Sprintf("baseline/redis/conns=%d", conns), func(b *testing.B) { benchRedis(b, conns) })
		for _, where := range []string{"memory", "bolt"} {
			for _, grant := range []string{"client_credentials", "refresh_token", "authorization_code", "password"} {
				b.Run(fmt.Sprintf("%s/%s/conns=%d", grant, where, conns), func(b *testing.B) { benchGrant(b, where, grant, conns) })
			}
		}
	}
}

func benchGrant(b *testing.B, where, grant string, conns int) {
	var wrap func(store.Store) store.Store
	if where == "bolt" {
		wrap = func(store.Store) store.Store {
			st, err := bolt.Open(filepath.Join(b.TempDir(), "store.db"), bolt.Options{Key: make([]byte, 32)})
			if err != nil {
				b.Fatal(err)
			}
			return st
		}
	}
	p := wirePlan()
	p.OAuth[0].NotifyURL = ""
	g := startWith(b, p, wrap, runtime.Options{})
	x := &exchange{gateway: g, basic: map[string]string{}}
	x.user("ann", "ann's password", `{"access_rights":{"a":{"api_id":"a"}}}`)
	pass := g.client("a", "cl")
	endpoint := g.url + "/a/oauth/token"
	credentials := []string{"client_id", "cl", "client_secret", pass}
	with := func(pairs ...string) string { return form(append(pairs, credentials...)...) }
	parallel(b, conns, func(c *fasthttp.Client) func() error {
		switch grant {
		case "refresh_token":
			last, err := post(c, endpoint, "", with("grant_type", "authorization_code", "code", g.code("a", "cl"), "redirect_uri", redirectURI))
			return func() error {
				if err == nil {
					last, err = post(c, endpoint, "", with("grant_type", "refresh_token", "refresh_token", last.Refresh))
				}
				return err
			}
		case "authorization_code":
			ask := form("response_type", "code", "client_id", "cl", "redirect_uri", redirectURI)
			return func() error {
				code, err := post(c, g.url+"/a/tyk/oauth/authorize-client", secret, ask)
				if err == nil {
					_, err = post(c, endpoint, "", with("grant_type", "authorization_code", "code", code.Code, "redirect_uri", redirectURI))
				}
				return err
			}
		case "password":
			body := with("grant_type", "password", "username", "ann", "password", "ann's password")
			return func() error { _, err := post(c, endpoint, "", body); return err }
		default:
			body := with("grant_type", "client_credentials")
			return func() error { _, err := post(c, endpoint, "", body); return err }
		}
	})
}

// parallel runs b.N operations over a number of connections, each with its own state.
func parallel(b *testing.B, conns int, begin func(*fasthttp.Client) func() error) {
	b.Helper()
	b.SetParallelism((conns + goruntime.GOMAXPROCS(0) - 1) / goruntime.GOMAXPROCS(0))
	client := &fasthttp.Client{MaxConnsPerHost: conns + 8}
	defer client.CloseIdleConnections()
	if conns == 1 {
		do := begin(client)
		for b.Loop() {
			if err := do(); err != nil {
				b.Fatal(err)
			}
		}
		return
	}
	b.RunParallel(func(pb *testing.PB) {
		do := begin(client)
		for pb.Next() {
			if err := do(); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// post sends a form and reads the answer.
func post(c *fasthttp.Client, url, gatewaySecret, body string) (t tokens, err error) {
	req, resp := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(resp)
	req.SetRequestURI(url)
	req.Header.SetMethod("POST")
	req.Header.SetContentType("application/x-www-form-urlencoded")
	if gatewaySecret != "" {
		req.Header.Set("X-Tyk-Authorization", gatewaySecret)
	}
	req.SetBodyString(body)
	if err := c.Do(req, resp); err != nil {
		return t, err
	}
	if resp.StatusCode() != fasthttp.StatusOK {
		return t, fmt.Errorf("status %d: %s", resp.StatusCode(), resp.Body())
	}
	return t, json.Unmarshal(resp.Body(), &t)
}

const bareAnswer = `{"access_token":"rfVjvE7VgYBxWwZ2LVGnX0oKlqTZSgxDCQyTDFQnQhA","expires_in":3600,"token_type":"bearer"}`

// baseline serves each request with a handler over a listener of its own, and measures that.
func baseline(b *testing.B, conns int, handle func(*fasthttp.RequestCtx)) {
	b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := &fasthttp.Server{Handler: handle}
	go func() { _ = server.Serve(ln) }()
	defer func() { _ = server.Shutdown() }()
	body := form("grant_type", "client_credentials", "client_id", "cl", "client_secret", strings.Repeat("x", 64))
	parallel(b, conns, func(c *fasthttp.Client) func() error {
		return func() error { _, err := post(c, "http://"+ln.Addr().String(), "", body); return err }
	})
}

func benchBare(b *testing.B, conns int) {
	baseline(b, conns, func(ctx *fasthttp.RequestCtx) { ctx.SetBodyString(bareAnswer) })
}

func benchRedis(b *testing.B, conns int) {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		b.Skip("redis-server is not installed")
	}
	socket := filepath.Join(b.TempDir(), "redis.sock")
	cmd := exec.Command(program, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "yes", "--dir", b.TempDir())
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	pool := sync.Pool{New: func() any { return dialRedis(b, socket) }}
	record := strings.Repeat("r", 600) // about what Tyk writes
	baseline(b, conns, func(ctx *fasthttp.RequestCtx) {
		c := pool.Get().(*redisConn)
		defer pool.Put(c)
		for _, command := range [][]string{
			{"EXISTS", "oauth-clientid.cl"}, {"SET", "oauth-access.t", record, "EX", "3600"}, {"SET", "apikey-t", record}, {"ZADD", "oauth-client-tokens.cl", "1", "t"},
		} {
			c.do(b, command...)
		}
		ctx.SetBodyString(bareAnswer)
	})
}

// redisConn speaks as much of Redis' protocol as the baseline needs.
type redisConn struct {
	conn net.Conn
	r    *bufio.Reader
}

func dialRedis(b *testing.B, socket string) *redisConn {
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("unix", socket)
		if err == nil {
			return &redisConn{conn, bufio.NewReader(conn)}
		}
		if time.Now().After(deadline) {
			b.Error(err)
			return nil
		}
	}
}

func (c *redisConn) do(b *testing.B, words ...string) {
	out := fmt.Appendf(nil, "*%d\r\n", len(words))
	for _, w := range words {
		out = fmt.Appendf(out, "$%d\r\n%s\r\n", len(w), w)
	}
	if _, err := c.conn.Write(out); err != nil {
		b.Error(err)
		return
	}
	line, err := c.r.ReadString('\n')
	if err != nil || line[0] == '-' {
		b.Error(line, err)
		return
	}
}
