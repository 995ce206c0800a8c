package proxy

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// TestConcurrent mixes all kinds of exchanges over few connections: everybody must get the answer to his own request.
func TestConcurrent(t *testing.T) {
	up := upstreamHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if r.Header.Get("X-Kind") == "chunked" {
			w.(http.Flusher).Flush()
		}
		_, _ = fmt.Fprintf(w, "%s %d %s", r.Header.Get("X-Id"), len(b), b)
	})
	g := start(t, config{up: up, opt: Options{MaxConnsPerHost: 64}})
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			client, done := newClient()
			defer done()
			for i := range 60 {
				if err := oneOfMany(client, at(g, "/"), fmt.Sprintf("%d-%d", worker, i), i); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func oneOfMany(client *http.Client, url, id string, i int) error {
	size := []int{0, 10, 5000, 40000, 200000}[i%5]
	body := strings.Repeat(id[:1], size)
	req, _ := http.NewRequest("POST", url, strings.NewReader(body))
	if i%3 == 0 {
		req.Body, req.ContentLength = io.NopCloser(unsized{strings.NewReader(body)}), -1
	}
	if i%2 == 0 {
		req.Header.Set("X-Kind", "chunked")
	}
	req.Header.Set("X-Id", id)
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if want := fmt.Sprintf("%s %d %s", id, size, body); string(b) != want {
		return errors.New("the answer is to another request: " + string(b[:min(len(b), 40)]))
	}
	return nil
}
