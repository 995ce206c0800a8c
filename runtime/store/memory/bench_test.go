package memory

import (
	"context"
	"encoding/binary"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

func pair(n uint64) *store.TokenPair {
	now := time.Now()
	a := store.AccessToken{APIID: "api", ClientID: "client", Scope: "read", IssuedAt: now, ExpiresAt: now.Add(time.Hour)}
	binary.BigEndian.PutUint64(a.Family[:], n)
	r := store.RefreshToken(a)
	a.Key, r.Key = store.KeyOf("access"+strconv.FormatUint(n, 10)), store.KeyOf("refresh"+strconv.FormatUint(n, 10))
	return &store.TokenPair{Access: a, Refresh: &r}
}

// filled returns a store with n token pairs and the keys of their access tokens.
func filled(t testing.TB, n uint64) (*Store, []store.Key) {
	t.Helper()
	s := New()
	if err := s.CreateClient(context.Background(), &store.Client{APIID: "api", ID: "client"}); err != nil {
		t.Fatal(err)
	}
	var keys []store.Key
	for i := range n {
		p := pair(i)
		if err := s.IssueTokens(context.Background(), p); err != nil {
			t.Fatal(err)
		}
		keys = append(keys, p.Access.Key)
	}
	return s, keys
}

func BenchmarkAccessToken(b *testing.B) {
	s, keys := filled(b, 10_000)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		ctx := context.Background()
		for i := 0; pb.Next(); i++ {
			if _, err := s.AccessToken(ctx, keys[i%len(keys)]); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func BenchmarkIssueTokens(b *testing.B) {
	for _, goroutines := range []int{1, 32} {
		b.Run(strconv.Itoa(goroutines), func(b *testing.B) {
			s, _ := filled(b, 0)
			var n atomic.Uint64
			b.ReportAllocs()
			var wg sync.WaitGroup
			for range goroutines {
				wg.Go(func() {
					for i := n.Add(1); i <= uint64(b.N); i = n.Add(1) {
						if err := s.IssueTokens(context.Background(), pair(i)); err != nil {
							b.Error(err)
						}
					}
				})
			}
			wg.Wait()
		})
	}
}
