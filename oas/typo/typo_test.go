package typo

import (
	"strings"
	"testing"
)

func TestMeant(t *testing.T) {
	fields := []string{"listenPath", "authLoginRedirect", "oauth", "code", "enabled", "id"}
	for name, want := range map[string]string{
		"listenPaths":               "listenPath",
		"listen_path":               "listenPath",
		"LISTENPATH":                "listenPath",
		"lsitenPath":                "listenPath",
		"authLoginRedirct":          "authLoginRedirect",
		"oath":                      "oauth",
		"auoth":                     "oauth",
		"codes":                     "code",
		"ennabled":                  "enabled",
		"x":                         "",
		"":                          "",
		"di":                        "id",
		"ab":                        "",
		"token":                     "",
		"listen":                    "",
		strings.Repeat("oauth", 99): "",
	} {
		if got := Meant(name, fields); got != want {
			t.Errorf("Meant(%q) = %q, want %q", name, got, want)
		}
		if got := Meant(name, fields); got != "" && !Resembles(name, got) {
			t.Errorf("Resembles(%q, %q) is false", name, got)
		}
	}
	if got := Meant("1.4", []string{"1.0", "1.3"}); got != "" {
		t.Errorf("a version was taken for a slip: %q", got)
	}
	if got := Meant("ad", []string{"ae", "ac", "ab"}); got != "ab" {
		t.Errorf("of equals %q, want the first of the alphabet", got)
	}
}
