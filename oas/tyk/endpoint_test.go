package tyk

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// The ways in which an API may be served.
var (
	plain     = API{ListenPath: "/pets/", Servers: []string{"https://gw.example/pets/"}}
	noSlash   = API{ListenPath: "/pets", Servers: []string{"https://gw.example/pets"}}
	atRoot    = API{ListenPath: "/", Servers: []string{"https://gw.example/"}}
	nowhere   = API{ListenPath: "/pets/"}
	template  = API{ListenPath: "/{tenant:[a-z]{2,}}/pets/", Servers: []string{"https://gw.example/{tenant:[a-z]{2,}}/pets/"}}
	custom    = API{ListenPath: "/pets/", Domain: "api.example.com"}
	wildcard  = API{ListenPath: "/pets/", Domain: "{sub:[a-z]+}.example.com"}
	withPorts = API{ListenPath: "/pets/", Servers: []string{"http://gw.example:80/pets/", "https://[2001:db8::1]:8443/pets/"}}
	fronted   = API{ListenPath: "/pets/", Servers: []string{"https://public.example/api/pets/", "https://other.example/v1"}}
)

// TestResolveEndpoint has every row of the table in product.md.
func TestResolveEndpoint(t *testing.T) {
	for _, tc := range []struct {
		name    string
		value   string
		api     API
		verdict Verdict
		reason  string
		byTyk   string // "" is not compared
		byRFC   string
	}{
		{"documented", "/oauth/token", plain, Fine, "", "/pets/oauth/token", "https://gw.example/oauth/token"},
		{"documented, listen path without slash", "/oauth/token", noSlash, Fine, "", "/pets/oauth/token", "https://gw.example/oauth/token"},
		{"documented, root", "/oauth/token", atRoot, Fine, "", "/oauth/token", "https://gw.example/oauth/token"},
		{"documented, no servers", "/oauth/token", nowhere, Fine, "", "/pets/oauth/token", "/oauth/token"},
		{"documented, template", "/oauth/token", template, Fine, "", "/{tenant:[a-z]{2,}}/pets/oauth/token", "https://gw.example/oauth/token"},
		{"documented, listen path missing", "/oauth/token", API{}, Fine, "", "/oauth/token", "/oauth/token"},
		{"documented, bad listen path", "/oauth/token", API{ListenPath: "pets"}, Fine, "", "/pets/oauth/token", "/oauth/token"},

		{"no slash", "oauth/token", plain, Variant, "lacks the leading slash", "/pets/oauth/token", "https://gw.example/pets/oauth/token"},
		{"no slash, listen path without slash", "oauth/token", noSlash, Variant, "lacks the leading slash", "/pets/oauth/token", "https://gw.example/oauth/token"},
		{"dot", "./oauth/token", plain, Variant, "starts with \"./\"", "/pets/oauth/token", "https://gw.example/pets/oauth/token"},
		{"trailing slash", "/oauth/token/", plain, Variant, "has a trailing slash", "/pets/oauth/token/", "https://gw.example/oauth/token/"},
		{"query", "/oauth/token?x=1", plain, Variant, "has a query", "/pets/oauth/token?x=1", "https://gw.example/oauth/token?x=1"},
		{"empty query", "/oauth/token?", plain, Variant, "has a query", "", ""},
		{"listen path written out", "/pets/oauth/token", plain, Variant, "repeats the listen path", "/pets/pets/oauth/token", "https://gw.example/pets/oauth/token"},
		{"listen path written out, no slash", "/pets/oauth/token", noSlash, Variant, "repeats the listen path", "", ""},
		{"template written out", "/acme/pets/oauth/token", template, Variant, "repeats the listen path", "", "https://gw.example/acme/pets/oauth/token"},
		{"template copied", "/{tenant:[a-z]{2,}}/pets/oauth/token", template, Variant, "repeats the listen path", "", ""},
		{"part written out", "pets/oauth/token", noSlash, Variant, "repeats a part of the listen path", "/pets/pets/oauth/token", "https://gw.example/pets/oauth/token"},
		{"escaped letters", "/o%61uth/token", plain, Variant, "has percent-encoded letters", "", ""},
		{"inner dots", "/oauth/../oauth/token", plain, Variant, "has dot segments", "/pets/oauth/token", "https://gw.example/oauth/token"},

		{"own URL", "https://gw.example/pets/oauth/token", plain, Fine, "", "https://gw.example/pets/oauth/token", "https://gw.example/pets/oauth/token"},
		{"own URL, case and port", "HTTPS://GW.example:443/pets/oauth/token", plain, Fine, "", "", ""},
		{"own URL, server without path", "https://gw.example/pets/oauth/token", API{ListenPath: "/pets/", Servers: []string{"https://gw.example"}}, Fine, "", "", ""},
		{"own URL, default port written in the server", "http://gw.example/pets/oauth/token", withPorts, Fine, "", "", ""},
		{"own URL, second server", "https://[2001:DB8::1]:8443/pets/oauth/token", withPorts, Fine, "", "", ""},
		{"own URL, custom domain", "https://api.example.com/pets/oauth/token", custom, Fine, "", "", ""},
		{"own URL, custom domain with port", "http://api.example.com:8080/pets/oauth/token", custom, Fine, "", "", ""},
		{"own URL, domain template", "https://eu.example.com/pets/oauth/token", wildcard, Fine, "", "", ""},
		{"own URL, path template", "https://gw.example/acme/pets/oauth/token", template, Fine, "", "", ""},
		{"own URL, server variable", "https://eu.gw.example/pets/oauth/token", API{ListenPath: "/pets/", Servers: []string{"https://{region}.gw.example/pets/"}}, Fine, "", "", ""},
		{"own URL behind a proxy", "https://public.example/api/pets/oauth/token", fronted, Fine, "", "", ""},
		{"own URL, trailing slash", "https://gw.example/pets/oauth/token/", plain, Variant, "has a trailing slash", "", ""},
		{"own URL, query", "https://gw.example/pets/oauth/token?x", plain, Variant, "has a query", "", ""},
		{"own URL, escaped letter", "https://gw.example/pets/oauth/t%6Fken", plain, Variant, "has percent-encoded letters", "", ""},
		{"own URL, dots", "https://gw.example/x/../pets/oauth/token", plain, Variant, "has dot segments", "", ""},
		{"own server, no listen path", "https://other.example/v1/oauth/token", fronted, Variant, "is below the server \"https://other.example/v1\", outside the listen path \"/pets/\"", "", ""},
		{"own host, not the listen path", "https://gw.example/oauth/token", plain, Elsewhere, "is \"/oauth/token\" on this host, outside the listen path \"/pets/\"", "", ""},
		{"own host, prefix only", "https://gw.example/petshop/oauth/token", plain, Elsewhere, "is \"/petshop/oauth/token\" on this host, outside the listen path \"/pets/\"", "", ""},
		{"own host, other endpoint", "https://gw.example/pets/oauth/authorize", plain, Elsewhere, "is the authorization endpoint, not the token endpoint", "", ""},
		{"own host, other tenant", "https://gw.example/A1/pets/oauth/token", template, Elsewhere, "is \"/A1/pets/oauth/token\" on this host, outside the listen path \"/{tenant:[a-z]{2,}}/pets/\"", "", ""},
		{"own host, other path of a tenant", "https://gw.example/acme/pets/a/b/c", template, Elsewhere, "is not the token endpoint, which is \"/oauth/token\" below the listen path", "", ""},
		{"own host only", "https://gw.example", plain, Elsewhere, "is \"/\" on this host, outside the listen path \"/pets/\"", "", ""},
		{"own host, up", "https://gw.example/../pets/oauth/token", plain, Elsewhere, "leaves the root of the host by \"..\"", "", ""},
		{"own host, doubled slash", "https://gw.example//pets/oauth/token", plain, Elsewhere, "has a doubled slash", "", ""},

		{"another path", "/token", plain, Elsewhere, "is not the token endpoint, which is \"/oauth/token\" below the listen path", "/pets/token", "https://gw.example/token"},
		{"longer path", "/oauth/token/x", plain, Elsewhere, "is not the token endpoint, which is \"/oauth/token\" below the listen path", "", ""},
		{"path parameter", "/oauth/token;v=1", plain, Elsewhere, "is not the token endpoint, which is \"/oauth/token\" below the listen path", "", ""},
		{"root", "/", plain, Elsewhere, "names no path", "/pets/", ""},
		{"query only", "?x=1", plain, Elsewhere, "names no path", "", "https://gw.example/pets/?x=1"},
		{"other endpoint", "/oauth/authorize", plain, Elsewhere, "is the authorization endpoint, not the token endpoint", "", ""},
		{"wrong case", "/OAuth/Token", plain, Elsewhere, "has the wrong case", "", ""},
		{"doubled slash", "/oauth//token", plain, Elsewhere, "has a doubled slash", "", ""},
		{"up", "../oauth/token", plain, Elsewhere, "leaves the listen path \"/pets/\" by \"..\"", "", "https://gw.example/oauth/token"},
		{"up and back", "../pets/oauth/token", plain, Elsewhere, "leaves the listen path \"/pets/\" by \"..\"", "", ""},
		{"up from the root of the listen path", "/../oauth/token", plain, Elsewhere, "leaves the listen path \"/pets/\" by \"..\"", "", ""},
		{"escaped up", "%2e%2E/oauth/token", plain, Elsewhere, "leaves the listen path \"/pets/\" by \"..\"", "", ""},
		{"encoded slash", "/oauth%2Ftoken", plain, Elsewhere, "has an encoded slash", "", ""},
		{"encoded slash, lower case", "/oauth%2ftoken", plain, Elsewhere, "has an encoded slash", "", ""},
		{"encoded backslash", "/oauth%5Ctoken", plain, Elsewhere, "is not the token endpoint, which is \"/oauth/token\" below the listen path", "", ""},

		{"another host", "https://idp.example/oauth/token", plain, Foreign, "goes to host \"idp.example\"", "https://idp.example/oauth/token", "https://idp.example/oauth/token"},
		{"another port", "https://gw.example:8443/pets/oauth/token", plain, Foreign, "goes to host \"gw.example:8443\"", "", ""},
		{"another scheme", "http://gw.example/pets/oauth/token", plain, Foreign, "goes to \"http://gw.example\", the server is declared as \"https://gw.example\"", "", ""},
		{"no host declared", "https://gw.example/pets/oauth/token", nowhere, Foreign, "goes to host \"gw.example\"", "", ""},
		{"host that begins alike", "https://gw.example.evil.test/pets/oauth/token", plain, Foreign, "goes to host \"gw.example.evil.test\"", "", ""},
		{"domain template does not match", "https://EU1.example.com/pets/oauth/token", wildcard, Foreign, "goes to host \"eu1.example.com\"", "", ""},
		{"network path", "//idp.example/oauth/token", plain, Foreign, "is a network-path reference, it goes to host \"idp.example\"", "//idp.example/oauth/token", "https://idp.example/oauth/token"},
		{"network path by mistake", "//oauth/token", plain, Foreign, "is a network-path reference, it goes to host \"oauth\"", "", "https://oauth/token"},

		{"empty", "", plain, Malformed, "is empty", "", ""},
		{"blank", " \t", plain, Malformed, "is blank", "", ""},
		{"leading blank", " /oauth/token", plain, Malformed, "holds a blank", "", ""},
		{"trailing blank", "/oauth/token ", plain, Malformed, "holds a blank", "", ""},
		{"wide blank", "/oauth/\u2003token", plain, Malformed, "holds a blank", "", ""},
		{"fragment", "/oauth/token#f", plain, Malformed, "has a fragment", "", ""},
		{"empty fragment", "https://gw.example/pets/oauth/token#", plain, Malformed, "has a fragment", "", ""},
		{"control character", "/oauth/\x01token", plain, Malformed, "holds the control character U+0001", "", ""},
		{"line break", "/oauth/token\n", plain, Malformed, "holds the control character U+000A", "", ""},
		{"backslash", `\oauth\token`, plain, Malformed, "holds a backslash", "", ""},
		{"broken escape", "/oauth/%zz", plain, Malformed, "holds the broken escape \"%zz\"", "", ""},
		{"cut escape", "/oauth/token%4", plain, Malformed, "holds the broken escape \"%4\"", "", ""},
		{"not UTF-8", "/oauth/\xff", plain, Malformed, "is not valid UTF-8", "", ""},
		{"no host", "http:/oauth/token", plain, Malformed, "has no host", "", ""},
		{"no host at all", "http://", plain, Malformed, "has no host", "", ""},
		{"no host, only a port", "http://:8080/oauth/token", plain, Malformed, "has no host", "", ""},
		{"no host, opaque", "https:oauth/token", plain, Malformed, "has no host", "", ""},
		{"no host, network path", "///oauth/token", plain, Malformed, "has no host", "", ""},
		{"broken host", "http://[::1/x", plain, Malformed, "is not a valid URL reference", "", ""},
		{"broken port", "http://gw.example:x/oauth/token", plain, Malformed, "is not a valid URL reference", "", ""},
		{"user", "https://user:pw@gw.example/pets/oauth/token", plain, Malformed, "carries user information in front of the host", "", ""},
		{"other scheme", "ftp://gw.example/oauth/token", plain, Malformed, "has the scheme \"ftp\", not http or https", "", ""},
		{"script", "javascript:alert(1)", plain, Malformed, "has the scheme \"javascript\", not http or https", "", ""},
		{"scheme forgotten", "localhost:8080/oauth/token", plain, Malformed, "lacks http:// or https:// in front, \"localhost\" is read as the scheme", "", ""},
		{"key-value reference", "env://TOKEN_URL", plain, Malformed, "has the scheme \"env\", not http or https", "", ""},
		{"colon in the first segment", "1:2/oauth", plain, Malformed, "is not a valid URL reference", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := ResolveEndpoint(tc.value, Token, tc.api)
			if r.Verdict != tc.verdict || r.Reason != tc.reason {
				t.Errorf("%q: got %s: %s, want %s: %s", tc.value, r.Verdict, r.Reason, tc.verdict, tc.reason)
			}
			if r.Documented != "/oauth/token" {
				t.Errorf("documented form is %q", r.Documented)
			}
			if tc.byTyk != "" && r.ByTyk != tc.byTyk || tc.byRFC != "" && r.ByRFC != tc.byRFC {
				t.Errorf("%q: by Tyk %q, by RFC %q, want %q, %q", tc.value, r.ByTyk, r.ByRFC, tc.byTyk, tc.byRFC)
			}
			if (r.Verdict == Malformed) != (r.ByTyk == "" && r.ByRFC == "") {
				t.Errorf("%q is %s and resolves to %q, %q", tc.value, r.Verdict, r.ByTyk, r.ByRFC)
			}
		})
	}
}

func TestResolveAuthorize(t *testing.T) {
	for value, want := range map[string]Verdict{
		"/oauth/authorize": Fine, "oauth/authorize": Variant, "/oauth/token": Elsewhere, "https://gw.example/pets/oauth/authorize": Fine,
	} {
		if r := ResolveEndpoint(value, Authorize, plain); r.Verdict != want || r.Documented != "/oauth/authorize" {
			t.Errorf("%q: %+v, want %s", value, r, want)
		}
	}
}

// draws makes values that lie close to the endpoint: pieces of URLs in any order.
func draws() *rapid.Generator[string] {
	pieces := rapid.SampledFrom([]string{
		"/", "//", ".", "..", "oauth", "token", "authorize", "pets", "acme", "%2F", "%2e", "%74oken", "%zz", "?", "#", "x=1", ":", "@",
		"http:", "https://", "gw.example", "api.example.com", ":443", "{", "}", "[", "]", "\\", " ", "\x00", "\xff", "é",
	})
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(pieces, 0, 9).Draw(t, "pieces"), "")
	})
}

// TestResolveProperties holds for whatever a document says: a resolution has a verdict, and a reason unless it is fine; it
// is fine only where joining the listen path and the documented form gives the same path.
func TestResolveProperties(t *testing.T) {
	apis := []API{plain, noSlash, atRoot, nowhere, template, custom, wildcard, withPorts, fronted, {}}
	rapid.Check(t, func(t *rapid.T) {
		api := rapid.SampledFrom(apis).Draw(t, "api")
		if rapid.Bool().Draw(t, "odd") {
			api.ListenPath, api.Domain, api.Servers = draws().Draw(t, "listen path"), draws().Draw(t, "domain"), []string{draws().Draw(t, "server")}
		}
		e := rapid.SampledFrom([]Endpoint{Authorize, Token}).Draw(t, "endpoint")
		value := draws().Draw(t, "value")
		if problem := inconsistent(value, e, api); problem != "" {
			t.Fatalf("%q: %s", value, problem)
		}
	})
}

func inconsistent(value string, e Endpoint, api API) string {
	r := ResolveEndpoint(value, e, api)
	switch {
	case r.Verdict < Fine || r.Verdict > Malformed:
		return "no verdict"
	case (r.Reason == "") != (r.Verdict == Fine):
		return "verdict " + r.Verdict.String() + " with reason " + r.Reason
	case !utf8.ValidString(value) && r.Verdict != Malformed:
		return "bad UTF-8 is " + r.Verdict.String()
	}
	if r.Verdict != Fine {
		return ""
	}
	documented := ResolveEndpoint(e.Path(), e, api)
	if documented.Verdict != Fine {
		return "the documented form is " + documented.Verdict.String()
	}
	got := r.ByTyk
	if _, rest, ok := strings.Cut(got, "://"); ok {
		got = rest[strings.IndexByte(rest, '/'):]
	}
	if !strings.HasSuffix(got, e.Path()) || value != e.Path() && !strings.Contains(value, "://") {
		return "fine, but resolves to " + got
	}
	front := strings.TrimSuffix(got, e.Path())
	prefix := strings.TrimSuffix(documented.ByTyk, e.Path())
	if !matches(prefix, front) && !strings.HasSuffix(front, prefix) {
		return "fine at " + front + ", served at " + prefix
	}
	return ""
}

func FuzzResolveEndpoint(f *testing.F) {
	f.Add("/oauth/token", "/pets/", "https://gw.example/pets/", "api.example.com")
	f.Add("https://gw.example/acme/pets/oauth/token", "/{t:[a-z]+}/pets", "/x", "{")
	f.Add("/%2e%2e/%", "}{", "//", "{a:(}")
	f.Fuzz(func(t *testing.T, value, listenPath, server, domain string) {
		api := API{ListenPath: listenPath, Domain: domain, Servers: []string{server, listenPath}}
		if problem := inconsistent(value, Token, api); problem != "" {
			t.Errorf("%q in %+v: %s", value, api, problem)
		}
	})
}
