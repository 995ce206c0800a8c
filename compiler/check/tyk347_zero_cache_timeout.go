package check

import (
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
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
	for n := range p.on("middleware.global.cache") {
		if n.Get("enableUpstreamCacheControl").Bool() {
			return // the upstream says how long
		}
		if seconds, ok := number(n, "timeout"); ok && seconds > 0 {
			return // for operations that do not say it too
		}
		p.zeroTimeout(n)
	}
	for n := range p.on(operationField + "cache") {
		p.zeroTimeout(n)
	}
}

func (p *Pass) zeroTimeout(cache source.Node) {
	if seconds, ok := number(cache, "timeout"); ok && seconds <= 0 {
		p.Report(cache.Pointer().Child("timeout"), "cache has the timeout %s: no answer is ever given again", cache.Get("timeout").Text()).
			Hint = "write for how many seconds an answer may be given again, or switch the cache off"
	}
}
