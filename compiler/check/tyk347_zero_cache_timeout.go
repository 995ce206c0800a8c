package check

import (
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK347",
	Name:     "zero-cache-timeout",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "a cache without a timeout",
	Check:    checkZeroCacheTimeout,
})

func checkZeroCacheTimeout(p *Pass) {
	for _, field := range []string{"middleware.global.cache", operationField + "cache"} {
		for n := range p.on(field) {
			if n.Get("enableUpstreamCacheControl").Bool() {
				continue // the upstream says how long
			}
			if seconds, ok := number(n, "timeout"); ok && seconds <= 0 {
				p.Report(n.Pointer().Child("timeout"), "cache has the timeout %s: it is not said when an answer is too old", n.Get("timeout").Text()).
					Hint = "write for how many seconds an answer may be given again, or switch the cache off"
			}
		}
	}
}
