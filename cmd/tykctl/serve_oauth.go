package main

import (
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/tykctl/tykctl/cmd/internal/clientfile"
	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/oas/tyk"
	"github.com/tykctl/tykctl/runtime"
	"github.com/tykctl/tykctl/runtime/compat"
	"github.com/tykctl/tykctl/runtime/oauth"
)

// oauthOptions are what the authorization servers of a gateway share.
type oauthOptions struct {
	accessTTL      time.Duration
	refreshTTL     time.Duration
	codeTTL        time.Duration
	familyTTL      time.Duration
	refreshGrace   time.Duration
	compat         string
	tykStatus      int
	publicURLs     []string
	corsOrigins    []string
	trustedProxies []string
	throttle       bool
}

func (o *oauthOptions) flags(f *pflag.FlagSet) {
	f.DurationVar(&o.accessTTL, "access-token-ttl", oauth.DefaultAccessTTL, "lifetime of access tokens, where a definition does not say")
	f.DurationVar(&o.refreshTTL, "refresh-token-ttl", oauth.DefaultRefreshTTL, "lifetime of refresh tokens, counted anew with each use")
	f.DurationVar(&o.codeTTL, "code-ttl", oauth.DefaultCodeTTL, "lifetime of authorization codes")
	f.DurationVar(&o.familyTTL, "grant-ttl", 0, "how long a grant may be refreshed in all; 0: as long as the client comes back in time")
	f.DurationVar(&o.refreshGrace, "refresh-grace", 10*time.Second, "how long a used refresh token gets the same answer again, for a client that has missed it; 0: never")
	f.StringVar(&o.compat, "compat", compat.RFC.String(), "statuses and errors of the OAuth endpoints and of refused requests: rfc, or tyk for Tyk Gateway's; tykctl compat lists what differs")
	f.IntVar(&o.tykStatus, "tyk-error-status", 403, "with --compat tyk: status of OAuth errors, as Tyk's oauth_error_status_code")
	f.StringArrayVar(&o.publicURLs, "public-url", nil, "URL that clients reach the gateway by, for OAuth metadata and issuer names; may be repeated, the usual one first")
	f.StringArrayVar(&o.corsOrigins, "cors-origin", nil, "origin of pages that may call the token, revocation, introspection and metadata endpoints; may be repeated")
	f.StringArrayVar(&o.trustedProxies, "trusted-proxy", nil, "address or prefix of a proxy whose X-Forwarded-For is believed; may be repeated")
	f.BoolVar(&o.throttle, "throttle", true, "hold up clients, users and addresses after failed attempts, so that secrets and passwords cannot be guessed")
}

// check says what is wrong with the values, and apply hands them over.
func (o *oauthOptions) check() error {
	for _, d := range []struct {
		name  string
		value time.Duration
		least time.Duration
	}{
		{"access-token-ttl", o.accessTTL, time.Second},
		{"refresh-token-ttl", o.refreshTTL, time.Second},
		{"code-ttl", o.codeTTL, time.Second},
		{"grant-ttl", o.familyTTL, 0},
		{"refresh-grace", o.refreshGrace, 0},
	} {
		if d.value < d.least {
			return exit.Usagef("--%s is %s; it must be %s at least", d.name, d.value, d.least)
		}
	}
	if o.refreshGrace > time.Minute {
		return exit.Usagef("--refresh-grace is %s; a minute is the most: for as long a stolen refresh token goes unnoticed", o.refreshGrace)
	}
	if o.tykStatus < 400 || o.tykStatus > 599 {
		return exit.Usagef("--tyk-error-status is %d; it must be a status of an error, 400 to 599", o.tykStatus)
	}
	for _, u := range o.publicURLs {
		if err := oauth.CheckPublicURL(u); err != nil {
			return exit.Usagef("--public-url %q: %w", u, err)
		}
	}
	for _, origin := range o.corsOrigins {
		if !isOrigin(origin) {
			return exit.Usagef("--cors-origin is %q; it must be an origin as browsers write it, like https://app.example.com", origin)
		}
	}
	return nil
}

// isOrigin reports whether a text is what a browser sends as Origin (RFC 6454 §6.2). Anything else would never match.
func isOrigin(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && u.Scheme+"://"+u.Host == text && text == strings.ToLower(text)
}

// apply sets the options of a server. check has found nothing wrong.
func (o *oauthOptions) apply(to *runtime.Options, key []byte) error {
	mode, err := compat.Parse(o.compat)
	if err != nil {
		return exit.Usagef("--compat: %w", err)
	}
	proxies, err := prefixes(o.trustedProxies)
	if err != nil {
		return err
	}
	to.AccessTTL, to.RefreshTTL, to.CodeTTL, to.FamilyTTL = o.accessTTL, o.refreshTTL, o.codeTTL, o.familyTTL
	to.Key, to.RefreshGrace, to.Compat, to.TykStatus = key, o.refreshGrace, mode, o.tykStatus
	to.PublicURLs, to.CORSOrigins, to.TrustedProxies = o.publicURLs, o.corsOrigins, proxies
	if o.throttle {
		to.Throttle = oauth.NewThrottle(oauth.DefaultLimits())
	}
	to.Resolve = resolveSecret
	return nil
}

// prefixes reads addresses and prefixes of addresses.
func prefixes(list []string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range list {
		if p, err := netip.ParsePrefix(text); err == nil {
			all = append(all, p.Masked())
			continue
		}
		a, err := netip.ParseAddr(text)
		if err != nil {
			return nil, exit.Usagef("--trusted-proxy is %q; it must be an address or a prefix such as 10.0.0.0/8", text)
		}
		all = append(all, netip.PrefixFrom(a, a.BitLen()))
	}
	return all, nil
}

// resolveSecret returns the secret that a definition names by a reference. The stores of Tyk beside the environment are not there.
func resolveSecret(written string) (string, error) {
	if !tyk.IsReference(written) && !strings.HasPrefix(written, "file://") {
		return written, nil
	}
	value, err := clientfile.Secret(written, ".")
	if err != nil {
		return "", exit.Usagef("%q: %w; tykctl serve reads env://NAME and file://PATH", written, err)
	}
	return value, nil
}
