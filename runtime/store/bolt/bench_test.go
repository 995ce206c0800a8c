package bolt

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/tykctl/tykctl/runtime/store"
)

func openBench(b *testing.B, opt Options) *Store {
	b.Helper()
	s := openTest(b, filepath.Join(b.TempDir(), "store.db"), opt)
	b.Cleanup(func() { _ = s.Close() })
	addClient(b, s)
	return s
}

// BenchmarkAccessToken reads from the cache, and from the file when nearly nothing fits into the cache.
func BenchmarkAccessToken(b *testing.B) {
	for name, size := range map[string]int{"hit": 0, "miss": 1} {
		b.Run(name, func(b *testing.B) {
			s := openBench(b, Options{CacheTokens: size})
			s.db.NoSync = true
			var keys []store.Key
			for n := range 10_000 {
				keys = append(keys, issue(b, s, n).Access.Key)
			}
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					if _, err := s.AccessToken(context.Background(), keys[i%len(keys)]); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

// BenchmarkIssueTokens is durable: each call returns after its sync.
func BenchmarkIssueTokens(b *testing.B) {
	for _, goroutines := range []int{1, 32, 256} {
		b.Run(strconv.Itoa(goroutines), func(b *testing.B) {
			s := openBench(b, Options{})
			var n atomic.Int64
			var wg sync.WaitGroup
			errs := make([]error, goroutines)
			b.ReportAllocs()
			b.ResetTimer()
			for g := range goroutines {
				wg.Go(func() {
					for i := n.Add(1); i <= int64(b.N) && errs[g] == nil; i = n.Add(1) {
						errs[g] = s.IssueTokens(context.Background(), pair(int(i)))
					}
				})
			}
			wg.Wait()
			if err := errors.Join(errs...); err != nil {
				b.Fatal(err)
			}
		})
	}
}
