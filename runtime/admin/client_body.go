package admin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

// clientBody is a client app on the wire: Tyk's members in Tyk's order, then ours. The secret is in the answer that made it and in no other: the
// store has only its hash.
type clientBody struct {
	ClientID    string          `json:"client_id"`
	RedirectURI string          `json:"redirect_uri"` // several when a separator is configured
	APIID       string          `json:"api_id,omitempty"`
	PolicyID    string          `json:"policy_id,omitempty"`
	Secret      string          `json:"secret,omitempty"`
	MetaData    json.RawMessage `json:"meta_data"`
	Description string          `json:"description"`

	RedirectURIs     []string `json:"redirect_uris,omitempty"`              // RFC 7591 §2
	AuthMethod       string   `json:"token_endpoint_auth_method,omitempty"` // RFC 7591 §2; "none" is a public client
	Public           *bool    `json:"public,omitempty"`
	OldSecretExpires int64    `json:"old_secret_expires,omitempty"` // Unix seconds; while a secret is being rotated
	Warnings         []string `json:"warnings,omitempty"`
}

const (
	maxRedirectURIs = 100
	maxRedirectURI  = 2000 // bytes
	maxDescription  = 4000
	minSecret       = 32 // it is stored as a plain hash, which only long secrets bear
	maxSecret       = 512
)

var clientID = regexp.MustCompile(`^[A-Za-z0-9._~@+=-]{1,128}$`)

// check returns what is wrong with a client, whatever API it is meant for.
func (c *clientBody) check() *problem {
	switch {
	case c.ClientID != "" && !clientID.MatchString(c.ClientID):
		return bad("client_id may hold letters, digits and . _ ~ @ + = - only, at most 128 of them")
	case c.Secret != "" && (len(c.Secret) < minSecret || len(c.Secret) > maxSecret):
		return bad("secret must have 32 to 512 characters; leave it out to have one generated")
	case len(c.Description) > maxDescription:
		return bad("description must have 4000 bytes at most")
	case !isObjectOrNull(c.MetaData):
		return bad("meta_data must be a JSON object")
	}
	return c.checkKind()
}

// checkKind looks at the three ways to say whether a client is public (RFC 6749 §2.1).
func (c *clientBody) checkKind() *problem {
	switch c.AuthMethod {
	case "":
		return nil
	case "none":
		if c.Public != nil && !*c.Public {
			return bad(`token_endpoint_auth_method is "none" and public is false; they contradict each other`)
		}
	case "client_secret_basic", "client_secret_post":
		if c.Public != nil && *c.Public {
			return bad("a public client has no secret: token_endpoint_auth_method must be \"none\"")
		}
	default:
		return bad("token_endpoint_auth_method may be none, client_secret_basic or client_secret_post")
	}
	return nil
}

func (c *clientBody) public() bool {
	return c.AuthMethod == "none" || c.Public != nil && *c.Public
}

func isObjectOrNull(raw json.RawMessage) bool {
	text := bytes.TrimSpace(raw)
	return len(text) == 0 || text[0] == '{' || bytes.Equal(text, []byte("null"))
}

// metaData returns what is kept of the meta data: nothing for null.
func (c *clientBody) metaData() []byte {
	if text := bytes.TrimSpace(c.MetaData); !bytes.Equal(text, []byte("null")) {
		return text
	}
	return nil
}

// redirectURIs returns the redirect URIs of both members, each once, and a warning for each that is accepted but not safe.
func (c *clientBody) redirectURIs(separator string) (uris, warnings []string, p *problem) {
	asked := []string{c.RedirectURI}
	if separator != "" {
		asked = strings.Split(c.RedirectURI, separator)
	}
	for _, uri := range slices.Concat(asked, c.RedirectURIs) {
		if uri == "" || slices.Contains(uris, uri) {
			continue
		}
		reason, warning := judgeRedirectURI(uri)
		if reason != "" {
			return nil, nil, bad(fmt.Sprintf("redirect_uri %q %s", clip(uri), reason))
		}
		if warning != "" {
			warnings = append(warnings, fmt.Sprintf("redirect_uri %q %s", clip(uri), warning))
		}
		uris = append(uris, uri)
	}
	if len(uris) > maxRedirectURIs {
		return nil, nil, bad("a client may have 100 redirect URIs at most")
	}
	return uris, warnings, nil
}

// judgeRedirectURI follows RFC 6749 §3.1.2, RFC 8252 §7 and RFC 9700 §2.6. Schemes that make a browser run or show the URI itself are refused. Plain http
// is not: Tyk's own documentation registers such URIs.
func judgeRedirectURI(uri string) (wrong, warning string) {
	u, err := url.Parse(uri)
	switch {
	case len(uri) > maxRedirectURI:
		return "must have 2000 bytes at most", ""
	case strings.Contains(uri, "#"):
		return "must not have a fragment", ""
	case err != nil || strings.ContainsFunc(uri, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\\\"<>^`{|}", r) }):
		return "is not a URI", ""
	case !u.IsAbs():
		return "must be an absolute URI, as https://client.example.com/callback", ""
	case u.User != nil:
		return "must not have a user name in it", ""
	}
	switch u.Scheme {
	case "https", "http":
		if u.Hostname() == "" {
			return "must have a host", ""
		}
		if u.Scheme == "http" && !loopback(u.Hostname()) {
			return "", "is not encrypted: who listens on the way can take authorization codes; use https"
		}
	case "javascript", "data", "vbscript", "file", "about", "blob", "view-source", "ws", "wss", "ftp":
		return "has a scheme that no client is reached with", ""
	default: // a private-use scheme of a native app (RFC 8252 §7.1)
		if u.Opaque != "" && u.Opaque[0] >= '0' && u.Opaque[0] <= '9' {
			return "must be an absolute URI; https:// is missing in front", ""
		}
	}
	return "", ""
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// shown is a client as it is read. The first redirect URI stands where Tyk has its only one.
func (h *Handler) shown(c *store.Client) *clientBody {
	b := &clientBody{ClientID: c.ID, APIID: c.APIID, PolicyID: c.PolicyID, MetaData: c.MetaData, Description: c.Description}
	if len(c.RedirectURIs) > 0 {
		b.RedirectURI = c.RedirectURIs[0]
	}
	if len(c.RedirectURIs) > 1 {
		b.RedirectURIs = c.RedirectURIs
		if h.opt.RedirectURISeparator != "" {
			b.RedirectURI = strings.Join(c.RedirectURIs, h.opt.RedirectURISeparator)
		}
	}
	if len(b.MetaData) == 0 {
		b.MetaData = json.RawMessage("null")
	}
	if len(c.Secrets) == 0 {
		b.AuthMethod, b.Public = "none", new(true)
	}
	now := h.opt.Now()
	for _, s := range c.Secrets {
		if isLive(s, now) && !s.ExpiresAt.IsZero() {
			b.OldSecretExpires = s.ExpiresAt.Unix()
		}
	}
	return b
}

func isLive(s store.Secret, now time.Time) bool {
	return s.ExpiresAt.IsZero() || now.Before(s.ExpiresAt)
}
