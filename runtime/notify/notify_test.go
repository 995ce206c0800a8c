package notify_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tykctl/tykctl/runtime/notify"
	"github.com/tykctl/tykctl/runtime/store"
	"github.com/tykctl/tykctl/runtime/store/memory"
)

// receiver is an HTTP server that takes notices, as its owner says.
type receiver struct {
	*httptest.Server
	answer func(n int) int // status of the n-th request, from 0

	mu   sync.Mutex
	got  []string // bodies of what was answered with 2xx
	head []http.Header
	all  int
}

func newReceiver(t *testing.T, answer func(n int) int) *receiver {
	r := &receiver{answer: answer}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		r.mu.Lock()
		status := r.answer(r.all)
		r.all++
		if err == nil && status/100 == 2 {
			r.got = append(r.got, string(body))
			r.head = append(r.head, req.Header)
		}
		r.mu.Unlock()
		if status/100 == 3 {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) bodies() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

// outbox is a store with a client, into which put writes tokens and the notice of them.
func outbox(t *testing.T) store.Store {
	t.Helper()
	st := memory.New()
	t.Cleanup(func() { _ = st.Close() })
	if err := st.CreateClient(t.Context(), &store.Client{ID: "client", APIID: "api"}); err != nil {
		t.Fatal(err)
	}
	return st
}

func put(t *testing.T, st store.Store, family byte, body string) {
	t.Helper()
	now := time.Now()
	err := st.IssueTokens(t.Context(), &store.TokenPair{
		Access: store.AccessToken{Key: store.KeyOf(body), APIID: "api", ClientID: "client", Family: store.FamilyID{family}, ExpiresAt: now.Add(time.Hour)},
		Notice: &store.Notice{APIID: "api", ClientID: "client", Family: store.FamilyID{family}, Kind: "new", Body: []byte(body), CreatedAt: now},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// run sends until what is said holds, or ten seconds are over.
func run(t *testing.T, opt notify.Options, until func() bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := notify.New(opt)
	ended := make(chan struct{})
	go func() { defer close(ended); s.Run(ctx) }()
	s.Wake()
	for deadline := time.Now().Add(10 * time.Second); !until() && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
	}
	cancel()
	<-ended
	if !until() {
		t.Error("it did not come to what was wanted")
	}
}

func options(st store.Store, url string) notify.Options {
	return notify.Options{
		Store: st, Logger: slog.New(slog.DiscardHandler), Poll: 5 * time.Millisecond,
		Target: func(apiID string) (notify.Target, bool) {
			return notify.Target{URL: url, Secret: "shared"}, apiID == "api"
		},
		Delay: func(int) time.Duration { return time.Millisecond },
	}
}

func empty(t *testing.T, st store.Store) func() bool {
	return func() bool {
		left, err := st.Notices(context.Background(), 0, 10)
		if err != nil {
			t.Error(err)
		}
		return len(left) == 0
	}
}

func TestTykHeadersAndSignature(t *testing.T) {
	st, r := outbox(t), newReceiver(t, func(int) int { return http.StatusAccepted }) // any 2xx will do
	put(t, st, 1, `{"a":1}`)
	run(t, options(st, r.URL+"/hook"), empty(t, st))
	if diff := cmp.Diff([]string{`{"a":1}`}, r.bodies()); diff != "" {
		t.Fatal(diff)
	}
	h := r.head[0]
	if h.Get("Content-Type") != "application/json" || h.Get("X-Tyk-Shared-Secret") != "shared" || h.Get("X-Tykctl-Client") != "client" {
		t.Errorf("headers %v", h)
	}
	at, found := strings.CutPrefix(h.Get("X-Tykctl-Signature"), "t=")
	at, sum, _ := strings.Cut(at, ",v1=")
	if !found || sum != notify.Signature("shared", at, []byte(`{"a":1}`)) {
		t.Errorf("signature %q", h.Get("X-Tykctl-Signature"))
	}
}

// A receiver that fails, however it does, gets everything once it is back, in the order of each family.
func TestNothingIsLostAndFamiliesKeepTheirOrder(t *testing.T) {
	failing := []int{500, 302, 404, 503, 301}
	st := outbox(t)
	r := newReceiver(t, func(n int) int {
		if n < 40 {
			return failing[n%len(failing)]
		}
		return http.StatusOK
	})
	var want []string
	for i := range 10 {
		for family := range byte(5) {
			body := fmt.Sprintf("%d-%d", family, i)
			want = append(want, body)
			put(t, st, family+1, body)
		}
	}
	run(t, options(st, r.URL), empty(t, st))
	got := r.bodies()
	for family := range 5 {
		var mine []string
		for _, b := range got {
			if strings.HasPrefix(b, fmt.Sprintf("%d-", family)) {
				mine = append(mine, b)
			}
		}
		if !slices.IsSorted(mine) {
			t.Errorf("family %d: %v", family, mine)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestGivenUp(t *testing.T) {
	t.Run("too old", func(t *testing.T) {
		st, r := outbox(t), newReceiver(t, func(int) int { return http.StatusInternalServerError })
		put(t, st, 1, "a")
		opt := options(st, r.URL)
		opt.GiveUp = time.Nanosecond
		run(t, opt, empty(t, st))
	})
	t.Run("nobody wants it", func(t *testing.T) {
		st, r := outbox(t), newReceiver(t, func(int) int { return http.StatusOK })
		put(t, st, 1, "a")
		opt := options(st, r.URL)
		opt.Target = func(string) (notify.Target, bool) { return notify.Target{}, false }
		run(t, opt, empty(t, st))
		if got := r.bodies(); got != nil {
			t.Errorf("sent %v", got)
		}
	})
}

// Neither the log nor what the admin API shows holds a token, a secret or the URL of a receiver.
func TestFailuresTellNothingSecret(t *testing.T) {
	st := outbox(t)
	put(t, st, 1, "the-token")
	var log lockedBuffer
	opt := options(st, "http://user:password@127.0.0.1:1/hook?key=url-secret")
	opt.Logger = slog.New(slog.NewTextHandler(&log, nil))
	var reasons []string
	run(t, opt, func() bool {
		left, err := st.Notices(context.Background(), 0, 10)
		if err != nil || len(left) != 1 {
			t.Errorf("%v, %v", left, err)
			return true
		}
		reasons = append(reasons, left[0].LastError)
		return left[0].Attempts >= 3
	})
	said := log.String() + strings.Join(reasons, "\n")
	for _, secret := range []string{"the-token", "shared", "password", "url-secret", "/hook"} {
		if strings.Contains(said, secret) {
			t.Errorf("%q is in %s", secret, said)
		}
	}
	if !strings.Contains(said, "cannot be reached") {
		t.Errorf("no reason in %s", said)
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
