package config

import (
	"errors"
	"testing"

	"github.com/tykctl/tykctl/oas/diag"
)

// FuzzLoad reads any configuration, which may extend any other one or itself. There is a configuration or there are mistakes, each within
// its file; what can be read says the same once it is printed.
func FuzzLoad(f *testing.F) {
	for _, main := range []string{
		"extends: ./base.yaml\ntarget: 5.8\nrules: {TYK204: off}\noverrides: [{files: [\"a/**\", \"!b\"], rules: {TYK205: info}}]\nignore: [../c/, \"{a,b}*[x]?\"]\nmaxWarnings: 1",
		`{"extends": ["strict", "./base.yaml", "./.tykctl.yaml"], "target": 5.10, "failOn": "never",}`,
		"&a [*a]", "rules: {<<: {TYK204: off}, TYK100: off}\npolicies: \"\\u0085\"", "ignore: [!a, *.b]", "\xff", "",
	} {
		f.Add(main, "extends: [./.tykctl.yaml]")
		f.Add(main, "ignore: [x]\nfailOn: info")
	}
	f.Fuzz(func(t *testing.T, main, base string) {
		c, err := disk{".tykctl.yaml": main, "base.yaml": base}.load(".tykctl.yaml")
		var mistakes *Error
		switch {
		case err == nil:
		case !errors.As(err, &mistakes) || c != nil || len(mistakes.List) == 0:
			t.Fatalf("config %v, error %v", c, err)
		default:
			for _, d := range mistakes.List {
				if text := map[string]string{".tykctl.yaml": main, "base.yaml": base}[d.At.File]; d.At.End.Offset > len(text) || d.Message == "" {
					t.Errorf("%v is no mistake in %q", d, text)
				}
			}
			return
		}
		for _, file := range []string{"a.yaml", "../a", "/a/b", "a/b/c.yaml"} {
			c.Ignored(file)
			c.Target(file)
			c.Severity("TYK204", file, diag.Error)
		}
		printed := yaml(t, c)
		again, err := disk{".tykctl.yaml": printed}.load(".tykctl.yaml")
		if err != nil {
			t.Fatalf("%v in what was printed:\n%s", err, printed)
		}
		if second := yaml(t, again); bare(second) != bare(printed) {
			t.Errorf("printed:\n%s\nread again:\n%s", printed, second)
		}
	})
}
