package oauth

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"github.com/valyala/fasthttp"
)

// publicURL is an address of the gateway as clients see it.
type publicURL struct {
	scheme string
	host   string // with port
	path   string // without a slash at its end
}

func (u publicURL) String() string { return u.scheme + "://" + u.host + u.path }

// CheckPublicURL says what is wrong with a member of Options.PublicURLs, if anything.
func CheckPublicURL(text string) error {
	_, err := parsePublicURL(text)
	return err
}

func parsePublicURL(text string) (publicURL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.ContainsAny(text, "?#") {
		return publicURL{}, errors.New("a public URL must be http or https with a host, and have no user, query or fragment")
	}
	return publicURL{u.Scheme, strings.ToLower(u.Host), strings.TrimRight(u.EscapedPath(), "/")}, nil
}

func parsePublicURLs(list []string) []publicURL {
	var urls []publicURL
	for _, text := range list {
		if u, err := parsePublicURL(text); err == nil {
			urls = append(urls, u)
		}
	}
	return urls
}

// issuer is the identifier of this authorization server (RFC 8414 §2): the URL of the API, without a slash at its end. It never follows from what a
// stranger writes into a Host header: unless the gateway was told where it is reached, there is one on loopback only. Empty: not known.
func (s *Server) issuer(ctx *fasthttp.RequestCtx) string {
	path, ok := s.below(ctx)
	base := s.base(ctx)
	if !ok || base == "" {
		return ""
	}
	return base + path
}

// base is the public URL of the gateway that the request was sent to, or the usual one.
func (s *Server) base(ctx *fasthttp.RequestCtx) string {
	host := strings.ToLower(string(ctx.Request.Header.Host()))
	domain := s.api.Domain
	if strings.Contains(domain, "{") {
		domain = "" // a pattern: only a public URL that is reached through it can be meant
	}
	for _, u := range s.publicURLs {
		if u.host == host && (domain == "" || (&url.URL{Host: u.host}).Hostname() == domain) {
			return u.String()
		}
	}
	switch {
	case len(s.publicURLs) == 0:
		return loopbackURL(host, ctx.IsTLS())
	case domain != "":
		return s.publicURLs[0].scheme + "://" + domain + s.publicURLs[0].path
	case s.api.Domain != "":
		return ""
	}
	return s.publicURLs[0].String()
}

// loopbackURL is the URL of a gateway that somebody tries on his own machine.
func loopbackURL(host string, tls bool) string {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = strings.Trim(host, "[]"), ""
	}
	ip, err := netip.ParseAddr(name)
	local := name == "localhost" || err == nil && ip.IsLoopback() && ip.Zone() == ""
	if !local || strings.Trim(port, "0123456789") != "" {
		return ""
	}
	if strings.Contains(name, ":") {
		name = "[" + name + "]"
	}
	if port != "" {
		name += ":" + port
	}
	if tls {
		return "https://" + name
	}
	return "http://" + name
}

// endpoints are the paths below the listen path whose requests an issuer may have to be found for.
var endpoints = []string{"/oauth/authorize", "/tyk/oauth/authorize-client", wellKnown}

// below is the path of the API, without a slash at its end. Where the listen path has variables it is what the request has in their place, as
// far as the request shows that: the Dashboard's form of authorize-client does not.
func (s *Server) below(ctx *fasthttp.RequestCtx) (string, bool) {
	if !strings.Contains(s.api.ListenPath, "{") {
		return (&url.URL{Path: strings.TrimRight(s.api.ListenPath, "/")}).EscapedPath(), true
	}
	path := strings.TrimRight(string(ctx.URI().PathOriginal()), "/")
	if rest, found := strings.CutPrefix(path, wellKnown); found {
		return rest, plain(rest)
	}
	for _, e := range endpoints {
		if rest, found := strings.CutSuffix(path, e); found {
			return strings.TrimRight(rest, "/"), plain(rest)
		}
	}
	return "", false
}

// plain reports whether a path can be used as it is.
func plain(path string) bool {
	return strings.Trim(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-._~%") == "" && !strings.Contains(path, "..") && !strings.Contains(path, "//")
}
