// Package notify tells the owners of APIs about new tokens: it takes notices out of the store's outbox and posts them, as Tyk Gateway does, to the
// URL that the definition names. A notice was stored in the write that stored its tokens; it leaves the outbox when the receiver has taken it or
// when it is given up. So a receiver that is down costs nothing on the way of a token, and loses nothing:
//
//	token endpoint → store (tokens and notice in one write) → wake → deliver → store (dropped, or due again)
//
// A receiver may see a notice twice, after a crash between its answer and the drop: X-Tykctl-Notice-Id tells.
package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

// Target is where the notices of an API go.
type Target struct {
	URL    string
	Secret string // shared with the receiver
}

// Options of a Sender. A zero value has the default named beside it.
type Options struct {
	Store  store.Outbox                      // required
	Target func(apiID string) (Target, bool) // required; false: nobody wants the notices of this API any more
	Now    func() time.Time                  // time.Now
	Logger *slog.Logger                      // slog.Default()
	Client *http.Client                      // one that follows no redirect and waits ten seconds
	Delay  func(attempts int) time.Duration  // after so many failures; backoff
	GiveUp time.Duration                     // the age of a notice that is not tried again; 24 h
	Poll   time.Duration                     // how often the outbox is looked at without being woken; 1 s
}

// Bounds of a Sender.
const (
	workers       = 16               // requests under way at the same time
	timeout       = 10 * time.Second // of one request
	firstDelay    = time.Second
	longestDelay  = 5 * time.Minute
	defaultGiveUp = 24 * time.Hour
	defaultPoll   = time.Second
	answerLimit   = 64 << 10 // bytes of an answer that are read, so that the connection can be used again
)

// Sender delivers notices.
type Sender struct {
	opt  Options
	wake chan struct{}
	free chan struct{} // one for each worker

	mu     sync.Mutex
	flying map[uint64]bool // notices under way: true; and false: those whose way ended after the outbox was last looked at
	done   sync.WaitGroup
}

// New returns a sender. It sends nothing before Run.
func New(opt Options) *Sender {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Logger == nil {
		opt.Logger = slog.Default()
	}
	if opt.Client == nil {
		opt.Client = newClient()
	}
	if opt.Delay == nil {
		opt.Delay = backoff
	}
	if opt.GiveUp == 0 {
		opt.GiveUp = defaultGiveUp
	}
	if opt.Poll == 0 {
		opt.Poll = defaultPoll
	}
	return &Sender{opt: opt, wake: make(chan struct{}, 1), free: make(chan struct{}, workers), flying: map[uint64]bool{}}
}

// newClient returns a client for receivers. It follows no redirect: tokens go where the definition says, and nowhere else.
func newClient() *http.Client {
	return &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			TLSHandshakeTimeout: 5 * time.Second,
			MaxIdleConnsPerHost: workers,
			IdleConnTimeout:     time.Minute,
		},
	}
}

// backoff doubles from one second to five minutes. A quarter of it is chance, so that receivers that come back are not met by all at once.
func backoff(attempts int) time.Duration {
	d := longestDelay
	if attempts < 16 {
		d = min(firstDelay<<max(0, attempts-1), longestDelay)
	}
	return d - time.Duration(rand.Int64N(int64(d)/4+1)) // #nosec G404 -- spreads load, guards nothing
}

// Wake says that there may be something to send. It never blocks.
func (s *Sender) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run delivers until ctx is done, and returns when nothing is under way any more.
func (s *Sender) Run(ctx context.Context) {
	defer s.done.Wait()
	tick := time.NewTicker(s.opt.Poll)
	defer tick.Stop()
	for {
		s.round(ctx)
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-tick.C:
		}
	}
}

// round starts what is due. It waits for a free worker, so that a receiver that is slow makes the rest wait, not the memory grow.
func (s *Sender) round(ctx context.Context) {
	s.forgetLanded()
	due, err := s.opt.Store.DueNotices(ctx, s.opt.Now(), 4*workers)
	if err != nil {
		if ctx.Err() == nil {
			s.opt.Logger.Error("notices cannot be read", "error", err)
		}
		return
	}
	for _, n := range due {
		if !s.take(n.ID) {
			continue
		}
		select {
		case s.free <- struct{}{}:
		case <-ctx.Done():
			s.release(n.ID)
			return
		}
		s.done.Go(func() {
			defer func() {
				<-s.free
				s.release(n.ID)
			}()
			s.deliver(ctx, n)
		})
	}
}

// take reports whether a notice is to be sent: not while it is under way, and not when it has just landed, as a list that was read before shows it
// still.
func (s *Sender) take(id uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.flying[id]; known {
		return false
	}
	s.flying[id] = true
	return true
}

func (s *Sender) release(id uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flying[id] = false
}

// forgetLanded comes before the outbox is looked at: what it shows from here on is no news of yesterday.
func (s *Sender) forgetLanded() {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.flying, func(_ uint64, underWay bool) bool { return !underWay })
}

// deliver posts one notice and notes what came of it.
func (s *Sender) deliver(ctx context.Context, n *store.Notice) {
	log := s.opt.Logger.With("api", n.APIID, "client", n.ClientID, "notice", n.ID)
	target, wanted := s.opt.Target(n.APIID)
	var err error
	switch {
	case !wanted || n.Body == nil:
		log.Warn("notification given up: there is nothing to send, or nobody to send it to")
		s.drop(ctx, log, n.ID)
		return
	default:
		err = s.post(ctx, target, n)
	}
	if err == nil {
		s.drop(ctx, log, n.ID)
		s.Wake() // the next one of its family
		return
	}
	if ctx.Err() != nil {
		return // stopped: it stays as it was, and is sent after the next start
	}
	now := s.opt.Now()
	if now.Sub(n.CreatedAt) >= s.opt.GiveUp {
		log.Error("notification given up", "attempts", n.Attempts+1, "reason", err)
		s.drop(ctx, log, n.ID)
		s.Wake()
		return
	}
	delay := s.opt.Delay(n.Attempts + 1)
	log.Warn("notification failed, it will be tried again", "attempts", n.Attempts+1, "after", delay, "reason", err)
	if err := s.opt.Store.RetryNotice(ctx, n.ID, now.Add(delay), err.Error()); err != nil && !errors.Is(err, store.ErrNotFound) && ctx.Err() == nil {
		log.Error("a failed notification cannot be noted", "error", err)
	}
}

func (s *Sender) drop(ctx context.Context, log *slog.Logger, id uint64) {
	// What was delivered is dropped even when the server is stopping: it would be sent again.
	if err := s.opt.Store.DropNotice(context.WithoutCancel(ctx), id); err != nil {
		log.Error("a notification cannot be removed, it will be sent again", "error", err)
	}
}

// post sends a notice with Tyk's headers, and a signature that a receiver may check instead of the shared secret. The error holds nothing of what was
// sent or answered but the status.
func (s *Sender) post(ctx context.Context, t Target, n *store.Notice) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.URL, bytes.NewReader(n.Body))
	if err != nil {
		return errors.New("the URL is not one")
	}
	at := strconv.FormatInt(s.opt.Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "tykctl")
	req.Header.Set("X-Tykctl-Notice-Id", strconv.FormatUint(n.ID, 10))
	req.Header.Set("X-Tykctl-Family", hex.EncodeToString(n.Family[:]))
	req.Header.Set("X-Tykctl-Client", n.ClientID)
	if t.Secret != "" {
		req.Header.Set("X-Tyk-Shared-Secret", t.Secret)
		req.Header.Set("X-Tykctl-Signature", "t="+at+",v1="+Signature(t.Secret, at, n.Body))
	}
	resp, err := s.opt.Client.Do(req)
	if err != nil {
		return reason(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, answerLimit)) // only so that the connection can be used again
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}

// Signature is the HMAC-SHA256 of a time (seconds since 1970, as text), a dot and a body, in hexadecimal.
func Signature(secret, at string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(at))
	mac.Write([]byte{'.'})
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// reason tells why a request failed, without its URL: that may hold credentials.
func reason(err error) error {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return errors.New("no answer in time")
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return fmt.Errorf("cannot be reached: %w", op.Err)
	}
	return errors.New("the request failed")
}
