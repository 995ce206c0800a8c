package oauth

import (
	"net/netip"
	"strings"

	"github.com/valyala/fasthttp"
)

// address is who a request is counted for: the caller, or the last one in X-Forwarded-For that is no proxy of ours. Of an IPv6 address the network
// counts (/64), because who has one address there has them all.
func (s *Server) address(ctx *fasthttp.RequestCtx) string {
	ip, ok := netip.AddrFromSlice(ctx.RemoteIP())
	if !ok {
		return ""
	}
	ip = ip.Unmap()
	if s.trusts(ip) {
		ip = s.forwardedFor(ip, string(ctx.Request.Header.Peek(fasthttp.HeaderXForwardedFor)))
	}
	if ip.Is6() {
		if network, err := ip.Prefix(64); err == nil {
			return network.String()
		}
	}
	return ip.String()
}

func (s *Server) trusts(ip netip.Addr) bool {
	for _, network := range s.opt.TrustedProxies {
		if network.Contains(ip) {
			return true
		}
	}
	return false
}

// forwardedFor reads from the right, where our own proxies write; what is left of the first stranger is his word alone.
func (s *Server) forwardedFor(proxy netip.Addr, list string) netip.Addr {
	hops := strings.Split(list, ",")
	for i := len(hops) - 1; i >= 0; i-- {
		ip, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		if proxy = ip.Unmap().WithZone(""); !s.trusts(proxy) {
			break
		}
	}
	return proxy
}
