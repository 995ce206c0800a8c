package check

import (
	"strings"
	"testing"
)

// faultTest is a text and the beginning of what is wrong with it; nothing if it is fine.
type faultTest struct{ value, fault string }

func testFaults(t *testing.T, judge func(string) (fault, hint string), tests []faultTest) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.value, func(t *testing.T) {
			fault, _ := judge(tt.value)
			if (fault == "") != (tt.fault == "") || !strings.HasPrefix(fault, tt.fault) {
				t.Errorf("%q: %q, want %q", tt.value, fault, tt.fault)
			}
		})
	}
}

func TestListenPathFault(t *testing.T) {
	testFaults(t, listenPathFault, []faultTest{
		{"/", ""},
		{"/a", ""},
		{"/a/b.c/", ""},
		{"/a,b;c=d/", ""},
		{"/käse/", ""},
		{"/a%20b/", ""},
		{"/.a/..b/c../", ""},
		{"/{a}/{b:[0-9]{3}}/", ""},
		{`/{a:[^/?#]+\.x}/`, ""},
		{"/{a:(?:x|y)}-{b}/", ""},
		{"a/", "does not begin with a slash"},
		{"{a}/", "does not begin with a slash"},
		{"https://x/a", "is a URL"},
		{"/a b/", "holds a blank"},
		{"/a/ ", "holds a blank"},
		{"/{a:[ x]}/", "holds a blank"},
		{"/a\u00a0b/", "holds a blank"},
		{"/a\x01/", `holds the control character "\x01"`},
		{"/a?b", "has a query"},
		{"/a#b", "has a fragment"},
		{`/a\b`, "holds a backslash"},
		{"//a/", "has an empty segment"},
		{"/a//", "has an empty segment"},
		{"/a/./b", "has a dot segment"},
		{"/a/..", "has a dot segment"},
		{"/a/%2E./b", "has a dot segment"},
		{"/a%2fb", "holds an encoded slash"},
		{"/a}/", "has braces that do not match"},
		{"/{a/", "has braces that do not match"},
		{"/{a:{}/", "has braces that do not match"},
		{"/{:x}/", "has a variable without a name"},
		{"/{a:}/", "has a variable without a pattern"},
		{"/{a}/{a:x}/", `has two variables called "a"`},
		{"/{a:(x)}/", `has the pattern "(x)" with a capture group`},
		{"/{a:[}/", `has the pattern "[", which is no regular expression: missing closing ]`},
	})
}

func TestTemplateKey(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"/{a}/x", "/{b}/x", true},
		{"/{a:[0-9]{2}}", "/{b:[0-9]{2}}", true},
		{"/{a}", "/{a:x}", false},
		{"/a", "/A", false},
		{"/a{b}", "/{b}a", false},
	} {
		if same := templateKey(tt.a) == templateKey(tt.b); same != tt.same {
			t.Errorf("%q and %q: same is %t", tt.a, tt.b, same)
		}
	}
}

func TestDomainFault(t *testing.T) {
	testFaults(t, domainFault, []faultTest{
		{"example.com", ""},
		{"My_Host", ""},
		{"localhost", ""},
		{"10.0.0.1", ""},
		{"[::1]", ""},
		{"xn--kse-qla.example", ""},
		{"example.com:8080", ""}, // a finding of its own
		{"{sub:[a-z./?]+}.example.com", ""},
		{"", "is empty"},
		{" ", "is empty"},
		{"https://example.com", "is a URL"},
		{"//example.com", "is a URL"},
		{"example.com/", "has a path"},
		{"*.example.com", "has an asterisk"},
		{"a b", `holds " "`},
		{"user@example.com", `holds "@"`},
		{"example.com?x", `holds "?"`},
		{"käse.example", "has letters"},
		{".example.com", "has an empty label"},
		{"example.com.", "has an empty label"},
		{"example.com:", "has a port"},
		{"example.com:http", "has a port"},
		{"{sub.example.com", "has braces"},
	})
}

func TestUpstreamFault(t *testing.T) {
	testFaults(t, upstreamFault, []faultTest{
		{"http://a", ""},
		{"HTTPS://A.example:443/b?c=d#e", ""},
		{"ws://a/", ""},
		{"h2c://a:1/", ""},
		{"tyk://self/x", ""},
		{"tyk://an api", ""}, // does not parse: Load speaks of it
		{"http://[::1]:65535/", ""},
		{"env://UPSTREAM", ""},
		{"https://$secret_env.host/x", ""},
		{"http://u:p@a/", ""},
		{"a.example", "is not absolute"},
		{"/a", "is not absolute"},
		{"?a", "is not absolute"},
		{"//a.example/b", "has no scheme"},
		{"a.example:8080/b", "has no scheme"},
		{"ftp://a", `has the scheme "ftp"`},
		{"mailto:a@b", `has the scheme "mailto"`},
		{"http:///a", "names no host"},
		{"http:a", "names no host"},
		{"http://:80/", "names no host"},
		{"http://a:0/", "has the port 0"},
		{"http://a:65536", "has the port 65536"},
		{"http://a/b c", "holds a blank"},
		{"https://{host}/", ""}, // does not parse either
		{"https://a.example/{path}", "looks like a placeholder"},
		{"https://<host>/", "looks like a placeholder"},
	})
}

func TestContinued(t *testing.T) {
	var list []site
	for _, value := range []string{"/a", "/a-b/", "/a/b/", "/b", "/b/", "/b/c", "/c", "/c/", "/cd", "/d", "/d{x}/"} {
		list = append(list, site{value: value})
	}
	for value, want := range map[string]string{"/a": "/a-b/", "/b": "", "/c": "/cd", "/d": "", "/": "/a"} {
		if got, ok := continued(list, value); got.value != want || ok != (want != "") {
			t.Errorf("%q goes on in %q, want %q", value, got.value, want)
		}
	}
}

func TestServed(t *testing.T) {
	domains := map[string][]site{"x.example": {{path: ""}, {path: "/a"}, {path: "/a/b"}}, "y.example": {{path: "/a"}}}
	for _, tt := range []struct {
		url, path string
		found     bool
	}{
		{"http://x.example", "", true},
		{"https://X.example/a/b/c", "/a/b", true},
		{"https://x.example/ab", "", true},
		{"http://x.example:80/a/", "/a", true},
		{"https://x.example:80/a/", "", false},
		{"ws://x.example/", "", false},
		{"https://y.example/ab", "", false},
		{"https://z.example/a", "", false},
	} {
		if got, found := served(tt.url, domains); got.path != tt.path || found != tt.found {
			t.Errorf("%s: %q, %t", tt.url, got.path, found)
		}
	}
}
