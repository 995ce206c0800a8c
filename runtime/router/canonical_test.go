package router

import (
	"bytes"
	"net/url"
	"path"
	"strings"
	"testing"
)

func TestCanonical(t *testing.T) {
	tests := []struct {
		raw, want string
		verdict   PathVerdict
	}{
		{"/", "/", Clean},
		{"/a/b", "/a/b", Clean},
		{"/a/b/", "/a/b/", Clean},
		{"/.well-known/x", "/.well-known/x", Clean},
		{"/a...b/..c/d..", "/a...b/..c/d..", Clean},
		{"/...", "/...", Clean},
		{"/a;x=1,2:3@!$&'()*+=", "/a;x=1,2:3@!$&'()*+=", Clean},
		{"/a%2Fb", "/a%2Fb", Clean},
		{"/a%2fb", "/a%2Fb", Cleaned},
		{"/%61%7e%2D%5f%2e1", "/a~-_.1", Cleaned},
		{"/%C3%A9", "/%C3%A9", Clean},
		{"/\xc3\xa9", "/%C3%A9", Cleaned},
		{"/a%20b", "/a%20b", Clean},
		{"/a b", "/a%20b", Cleaned},
		{"/{x}|\"<>^`", "/%7Bx%7D%7C%22%3C%3E%5E%60", Cleaned},
		{"/%252e", "", Refuse},
		{"/%252f", "/%252f", Clean},
		{"/100%25", "/100%25", Clean},
		{"//", "/", Redirect},
		{"//a//b", "/a/b", Redirect},
		{"//evil.example/x", "/evil.example/x", Redirect},
		{"/a/./b", "/a/b", Redirect},
		{"/a/.", "/a/", Redirect},
		{"/a/..", "/", Redirect},
		{"/a/b/..", "/a/", Redirect},
		{"/..", "/", Redirect},
		{"/../../a", "/a", Redirect},
		{"/a/%2e%2E/b", "/b", Redirect},
		{"/a/.%2e", "/", Redirect},
		{"/%2e", "/", Redirect},
		{"", "", Refuse},
		{"a", "", Refuse},
		{"*", "", Refuse},
		{"http://x/a", "", Refuse},
		{"/%", "", Refuse},
		{"/%2", "", Refuse},
		{"/%zz", "", Refuse},
		{"/%-1", "", Refuse},
		{"/a%00", "", Refuse},
		{"/a\x00", "", Refuse},
		{"/a%0d%0aX:y", "", Refuse},
		{"/a\tb", "", Refuse},
		{"/%7f", "", Refuse},
		{`/a\b`, "", Refuse},
		{"/a%5cb", "", Refuse},
		{"/a?b", "", Refuse},
		{"/a#b", "", Refuse},
		{"/a/..%2f..%2fb", "", Refuse},
		{"/a/%2e%2e%2fb", "", Refuse},
		{"/a%2f..", "", Refuse},
		{"/a%2f.%2fb", "", Refuse},
		{"/a/..;/b", "", Refuse},
		{"/a/..;x=1", "", Refuse},
		{"/a/.%3bx/b", "", Refuse},
		{"/a/%252e%252e/b", "", Refuse},
		{"/a/%25252e./b", "", Refuse},
		{"/a/..%252fb", "", Refuse},
		{"/a/..%255cb", "", Refuse},
		{"/a;/..x", "/a;/..x", Clean},
		{"/a;..", "/a;..", Clean},
	}
	for _, tt := range tests {
		got, v := Canonical(nil, []byte(tt.raw))
		if string(got) != tt.want || v != tt.verdict {
			t.Errorf("Canonical(%q) = %q, %d, want %q, %d", tt.raw, got, v, tt.want, tt.verdict)
		}
	}
}

func TestCanonicalShares(t *testing.T) {
	raw, dst := []byte("/a/.b"), make([]byte, 0, 64)
	got, _ := Canonical(dst, raw)
	if &got[0] != &raw[0] {
		t.Error("a clean path was copied")
	}
	raw = []byte("/%61")
	got, _ = Canonical(dst, raw)
	if &got[0] != &dst[:1][0] {
		t.Error("dst was not used")
	}
	if string(raw) != "/%61" {
		t.Error("raw was changed")
	}
}

func FuzzCanonical(f *testing.F) {
	for _, s := range []string{
		"/", "/a/b", "//a/../b", "/a/%2e%2e%2fb", "/%c3%a9", "/..;a/b", "/%25252e", "/a%5c", "/x%00", "a", "/%", "/a/..%255c",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(checkCanonical)
}

// checkCanonical holds Canonical against its promises and against net/url and path.Clean.
func checkCanonical(t *testing.T, raw []byte) {
	before := bytes.Clone(raw)
	got, v := Canonical(make([]byte, 0, 8), raw)
	if !bytes.Equal(before, raw) {
		t.Fatalf("%q was changed to %q", before, raw)
	}
	if v == Refuse {
		if got != nil {
			t.Fatalf("%q: refused, but a path was returned", raw)
		}
		return
	}
	again, v2 := Canonical(nil, got)
	if v2 != Clean || !bytes.Equal(again, got) {
		t.Fatalf("%q: %q is not canonical: %q, %d", raw, got, again, v2)
	}
	if (v == Clean) != bytes.Equal(raw, got) {
		t.Fatalf("%q: verdict %d for %q", raw, v, got)
	}
	// Whatever an upstream decodes, and however often, there is nothing to climb with.
	for decoded, i := string(got), 0; i < 4; i++ {
		for _, seg := range strings.FieldsFunc(decoded, func(r rune) bool { return r == '/' || r == '\\' }) {
			if seg, _, _ = strings.Cut(seg, ";"); seg == "." || seg == ".." {
				t.Fatalf("%q: %q decodes to %q", raw, got, decoded)
			}
		}
		if i == 0 && strings.ContainsAny(decoded, "\\\x00\r\n") {
			t.Fatalf("%q: %q has a control or a backslash", raw, got)
		}
		var err error
		if decoded, err = url.PathUnescape(decoded); err != nil {
			break
		}
	}
	differential(t, string(raw), string(got))
}

// differential compares with net/url: the canonical path decodes to what path.Clean makes of the decoded raw path, if no escaped slash is
// there to tell the two ways apart.
func differential(t *testing.T, raw, got string) {
	want, err := url.PathUnescape(raw)
	if err != nil {
		t.Fatalf("%q: accepted, but net/url says %v", raw, err)
	}
	if strings.Contains(got, "%2F") {
		return
	}
	have, err := url.PathUnescape(got)
	if err != nil {
		t.Fatalf("%q: %q does not decode: %v", raw, got, err)
	}
	if want = path.Clean(want); path.Clean(have) != want {
		t.Fatalf("%q: %q decodes to %q, net/url and path.Clean say %q", raw, got, have, want)
	}
	if u, err := url.ParseRequestURI(got); err != nil || u.EscapedPath() != got {
		t.Fatalf("%q: net/url reads %q as %v, %v", raw, got, u, err)
	}
}
