package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/policies"
	"github.com/tykctl/tykctl/schemas"
)

const (
	info, warning, failure = diag.Info, diag.Warning, diag.Error
)

// TestSeverity holds what becomes of a finding. TYK204 usually is an error, TYK210 a warning, TYK304 and TYK391 are infos.
func TestSeverity(t *testing.T) {
	tests := []struct {
		config string
		code   diag.Code
		own    diag.Severity
		want   diag.Severity
	}{
		{"", "TYK204", failure, failure},
		{"", "TYK204", info, info},
		{"extends: recommended", "TYK210", warning, warning},
		{"rules: {TYK204: warning}", "TYK204", failure, warning},
		{"rules: {TYK204: warning}", "TYK204", info, info},
		{"rules: {TYK204: info}", "TYK204", warning, info},
		{"rules: {relative-oauth-url: warning}", "TYK204", failure, warning},
		{"rules: {TYK204: off}", "TYK204", failure, Off},
		{"rules: {TYK204: off}", "TYK204", info, Off},
		{"rules: {TYK204: off}", "TYK205", failure, failure},
		{"rules: {TYK210: error}", "TYK210", warning, failure},
		{"rules: {TYK210: error}", "TYK210", info, info},
		{"rules: {TYK304: error}", "TYK304", info, failure},
		{"rules: {TYK391: warning}", "TYK391", failure, warning},

		{"extends: strict", "TYK204", failure, failure},
		{"extends: strict", "TYK204", warning, failure},
		{"extends: strict", "TYK204", info, warning},
		{"extends: strict", "TYK210", warning, failure},
		{"extends: strict", "TYK304", info, warning},
		{"extends: strict", "TYK390", info, info},
		{"extends: strict", "TYK391", info, info},
		{"extends: [strict, recommended]", "TYK210", warning, warning},
		{"extends: strict\nrules: {TYK210: warning}", "TYK210", warning, warning},
		{"extends: strict\nrules: {TYK204: error}", "TYK204", info, warning},
		{"extends: strict\nrules: {TYK204: info}", "TYK204", warning, info},
		{"extends: strict\nrules: {TYK391: error}", "TYK391", info, failure},
		{"rules: {TYK204: off}", "TYK000", info, info},
	}
	for _, tt := range tests {
		t.Run(tt.config+" "+string(tt.code)+" "+tt.own.String(), func(t *testing.T) {
			c := loaded(t, disk{".tykctl.yaml": tt.config})
			got, reported := c.Severity(tt.code, "a.yaml", tt.own)
			if got != tt.want || reported != (tt.want != Off) {
				t.Errorf("got %s, %t; want %s", word(got), reported, word(tt.want))
			}
		})
	}
}

// TestNothingSaid holds that the zero Config, an empty file and one of comments change nothing.
func TestNothingSaid(t *testing.T) {
	for _, c := range []*Config{
		{},
		loaded(t, disk{".tykctl.yaml": ""}), loaded(t, disk{".tykctl.yaml": "\uFEFF---\n# extends: strict\n"}),
		loaded(t, disk{".tykctl.yaml": "rules:\n  # TYK204: off\noverrides:\nignore:\n"}),
	} {
		for _, r := range check.Rules() {
			if got, ok := c.Severity(r.Code, "a.yaml", r.Severity); !ok || got != r.Severity {
				t.Errorf("%s is %s, want %s", r.Code, word(got), r.Severity)
			}
		}
		if c.Target("a.yaml") != "" || c.Ignored("a.yaml") || c.FailOn.Set() || c.MaxWarnings.Set() || c.Policies.Set() || c.Baseline.Set() {
			t.Errorf("%+v says something", c)
		}
	}
}

// TestStrict holds the list of rules that strict leaves alone to rules that there are, and that are infos.
func TestStrict(t *testing.T) {
	for code := range notRaised {
		if usual(code) != diag.Info {
			t.Errorf("%s is no info: strict has no reason to leave it alone", code)
		}
	}
}

// TestFixedRules holds that what keeps the rules from looking at a file cannot be silenced, and that nothing else is kept from being so.
func TestFixedRules(t *testing.T) {
	const extension = "\nx-tyk-api-gateway: {info: {name: a, state: {active: true}}, server: {listenPath: {value: /a/}}, upstream: {url: http://a.example.com}}"
	for code, text := range map[diag.Code]string{
		oas.CodeSyntax:    "a: @b",
		oas.CodeVersion:   "openapi: 4.0.0\ninfo: {title: a, version: '1'}\npaths: {}" + extension,
		oas.CodeStructure: "openapi: 3.0.3\ninfo: {title: a, version: '1'}\npaths: {/a: 1}" + extension,
		oas.CodeReference: "openapi: 3.0.3\ninfo: {title: a, version: '1'}\npaths: {}\n" +
			"components: {callbacks: {A: {$ref: '#/components/callbacks/B/x'}, B: {x: {$ref: ./x.yaml}}}}" + extension,
		oas.CodeWrongType: "openapi: 3.0.3\ninfo: {title: a, version: '1'}\npaths: {}\nx-tyk-api-gateway: 1",
		oas.CodeInternal:  "", // no document is known that brings it about
		policies.CodeForm: "", // is about another file
	} {
		if _, ok := fixed[code]; !ok || usual(code) != diag.Error {
			t.Errorf("%s can be silenced, or is no error", code)
		}
		if text == "" {
			continue
		}
		doc, found := oas.Load("a.yaml", []byte(text))
		if read(doc) || len(found) == 0 || slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Code != code }) {
			t.Errorf("%s: read %t, found %v; want a document that is not read for this reason alone", code, read(doc), found)
		}
	}
	if len(fixed) != 7 {
		t.Errorf("%d rules are fixed; each needs its reason here", len(fixed))
	}
}

// read reports whether rules will look at a document.
func read(doc *oas.Document) bool { return doc != nil && doc.OpenAPI != nil && doc.Tyk != nil }

// TestUnreadIsSaid holds that of each example of the rules which is not read, something is said that cannot be silenced. A file without an
// extension is no definition, which may be fine.
func TestUnreadIsSaid(t *testing.T) {
	files, err := filepath.Glob("../../../testdata/rules/*/*.*")
	if err != nil || len(files) < 100 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		doc, found := oas.Load(file, data)
		said := slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return fixed[d.Code] != "" || d.Code == oas.CodeNoExtension })
		if isConfigName(file) && !read(doc) && !said {
			t.Errorf("%s is not read, and everything that says so can be silenced: %v", file, found)
		}
	}
}

func TestPatterns(t *testing.T) {
	tests := []struct {
		pattern string // several are separated by blanks
		yes, no string // names of files
	}{
		{"a.yaml", "a.yaml ./a.yaml sub/../a.yaml /work/a.yaml", "b.yaml sub/a.yaml ../a.yaml A.yaml /a.yaml"},
		{"./a.yaml", "a.yaml", "sub/a.yaml"},
		{"*.yaml", "a.yaml b.yaml", "a.json sub/a.yaml ../a.yaml"},
		{"**", "a.yaml sub/a.yaml sub/sub/b.json", "../a.yaml /elsewhere/a.yaml"},
		{"**/*.yaml", "a.yaml sub/a.yaml sub/sub/b.yaml", "a.json ../a.yaml"},
		{"sub/**", "sub/a.yaml sub/sub/b.json", "a.yaml other/sub/a.yaml"},
		{"**/sub/**", "sub/a.yaml other/sub/a.yaml", "a.yaml other/a.yaml"},
		{"sub", "sub sub/a.yaml sub/sub/b.yaml", "subs/a.yaml sub.yaml other/sub/a.yaml"},
		{"sub/", "sub/a.yaml sub/sub/b.yaml", "subs/a.yaml other/sub/a.yaml"},
		{"*/sub/", "a/sub/a.yaml", "sub/a.yaml"},
		{"s*", "sub s.yaml", "sub/a.yaml"},
		{"v[12].{yaml,json}", "v1.yaml v2.json", "v3.yaml v1.yml"},
		{"?.yaml", "a.yaml", "ab.yaml"},
		{".", "a.yaml sub/a.yaml", "../a.yaml"},
		{"..", "a.yaml ../a.yaml", ""},
		{"../apis/**", "../apis/a.yaml /apis/a.yaml", "apis/a.yaml"},
		{"../work/sub/*", "sub/a.yaml", "a.yaml"},
		{"** !sub/**", "a.yaml", "sub/a.yaml"},
		{"** !sub sub/keep.yaml", "a.yaml sub/keep.yaml", "sub/a.yaml"},
		{"sub/** !sub/keep.yaml sub/k*", "sub/a.yaml sub/keep.yaml", "a.yaml"},
		{"b.yaml a[*].yaml", "b.yaml a*.yaml", "ab.yaml"},
	}
	for _, tt := range tests {
		c := loaded(t, disk{".tykctl.yaml": `ignore: ["` + strings.ReplaceAll(tt.pattern, " ", `", "`) + `"]`})
		for _, file := range strings.Fields(tt.yes) {
			if !c.Ignored(file) {
				t.Errorf("%q does not mean %q", tt.pattern, file)
			}
		}
		for _, file := range strings.Fields(tt.no) {
			if c.Ignored(file) {
				t.Errorf("%q means %q", tt.pattern, file)
			}
		}
	}
}

// TestOverrides holds which of several settings counts: that of the last override for a file, then that for all files.
func TestOverrides(t *testing.T) {
	c := loaded(t, disk{".tykctl.yaml": `
target: "5.8.3"
rules: {TYK204: warning, TYK205: info}
overrides:
  - files: ["legacy/**", "!legacy/keep.yaml"]
    rules: {TYK204: off}
    target: "5.3"
  - files: ["**/old.yaml"]
    rules: {TYK204: error}
`})
	for file, want := range map[string]string{
		"a.yaml":           "warning info 5.8",
		"legacy/a.yaml":    "off info 5.3",
		"legacy/keep.yaml": "warning info 5.8",
		"legacy/old.yaml":  "error info 5.3",
		"new/old.yaml":     "error info 5.8",
		"../old.yaml":      "warning info 5.8",
	} {
		for range 2 { // the second time from memory
			first, _ := c.Severity("TYK204", file, diag.Error)
			second, _ := c.Severity("TYK205", file, diag.Error)
			if got := fmt.Sprintf("%s %s %s", word(first), word(second), c.Target(file)); got != want {
				t.Errorf("%s: %s, want %s", file, got, want)
			}
		}
	}
	var wg sync.WaitGroup
	for i := range 1000 {
		wg.Go(func() {
			if name := fmt.Sprintf("legacy/%d.yaml", i%500); c.Target(name) != "5.3" {
				t.Errorf("the target of %s is %q", name, c.Target(name))
			}
		})
	}
	wg.Wait()
	if len(c.shared) != 4 {
		t.Errorf("%d tables for a thousand files, want one for each combination of overrides", len(c.shared))
	}
}

// TestTargets holds that every version with new fields may be a target, and each form of a version.
func TestTargets(t *testing.T) {
	for text, want := range map[string]string{
		`"5.0"`: "5.0", `5.8`: "5.8", `"5.8"`: "5.8", `"5.10"`: "5.10", `5.14`: "5.14", `5.8.2`: "5.8", `"5.14.0"`: "5.14",
	} {
		c := loaded(t, disk{".tykctl.yaml": "target: " + text})
		if got := c.Target("a.yaml"); got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{"", "5", "5.08", "v5.8", "5.8.", "5.8.1.1", "5.15", "6.0", "4.3", "5.99999", " 5.8"} {
		if got, err := ParseTarget(text); err == nil {
			t.Errorf("%q is the version %q", text, got)
		}
	}
	newest := ""
	for _, m := range regexp.MustCompile(`"x-since": "([^"]+)"`).FindAllStringSubmatch(string(schemas.ExtensionJSON()), -1) {
		if m[1] == "next" {
			continue
		}
		if _, err := ParseTarget(m[1]); err != nil {
			t.Errorf("fields came with %s, which is no target: %v", m[1], err)
		}
		newest = max(newest, fmt.Sprintf("%04s", strings.TrimPrefix(m[1], "5.")))
	}
	if newest != fmt.Sprintf("%04d", newestMinor) {
		t.Errorf("the newest version with new fields is 5.%s", newest)
	}
}

// TestPrintIsAConfiguration holds that what is printed says the same by itself, whatever it was put together from.
func TestPrintIsAConfiguration(t *testing.T) {
	d := disk{
		".tykctl.yaml": `
extends: ["conf/[x]/base.yaml", strict]
rules: {TYK204: warning}
overrides: [{files: ["a/**", "!a/b"], target: 5.3, rules: {TYK311: off}}]
ignore: ["!conf/[[]x]/vendor/ours", "../other/*.yaml", "."]
policies: ../p.json
maxWarnings: 3
`,
		"conf/[x]/base.yaml": `
target: "5.10"
rules: {TYK204: off, TYK205: info}
overrides: [{files: ["**/*.yaml", "plain"], rules: {TYK204: info}}]
ignore: [vendor, "gen/*", ../..]
failOn: warning
baseline: base line.json
`,
	}
	first := loaded(t, d)
	printed := yaml(t, first)
	second := loaded(t, disk{".tykctl.yaml": printed})
	if again := yaml(t, second); bare(again) != bare(printed) {
		t.Errorf("printed:\n%s\nread again:\n%s", printed, again)
	}
	for _, file := range []string{
		"a.yaml", "a/b", "a/c", "conf/[x]/vendor/a", "conf/[x]/vendor/ours", "conf/[x]/gen/a", "conf/x/gen/a", "../other/a.yaml", "conf/[x]/plain/b", "conf/[x]/b.yaml",
	} {
		for _, r := range check.Rules() {
			a, _ := first.Severity(r.Code, file, r.Severity)
			b, _ := second.Severity(r.Code, file, r.Severity)
			if a != b {
				t.Errorf("%s in %s is %s, then %s", r.Code, file, word(a), word(b))
			}
		}
		if first.Ignored(file) != second.Ignored(file) || first.Target(file) != second.Target(file) {
			t.Errorf("%s is ignored: %t, then %t; target %q, then %q", file, first.Ignored(file), second.Ignored(file), first.Target(file), second.Target(file))
		}
	}
	for _, want := range []string{
		"# from .tykctl.yaml\n# extends conf/[x]/base.yaml\n", "extends: strict ", "TYK204: warning ", "# relative-oauth-url, .tykctl.yaml:3:17\n",
		`- "conf/[[]x]/vendor{,/**}" `, `policies: "../p.json" `, `baseline: "conf/[x]/base line.json" `, "failOn: warning ", "# conf/[x]/base.yaml:6:9\n",
	} {
		if !strings.Contains(printed, want) {
			t.Errorf("no %q in\n%s", want, printed)
		}
	}
	var out strings.Builder
	if err := first.WriteJSON(&out); err != nil || !json.Valid([]byte(out.String())) {
		t.Errorf("%v:\n%s", err, &out)
	}
}

func yaml(t *testing.T, c *Config) string {
	t.Helper()
	var b strings.Builder
	if err := c.WriteYAML(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// bare is printed YAML without comments.
func bare(text string) string {
	return strings.TrimSpace(regexp.MustCompile(`(?m)(^| +)# .*$`).ReplaceAllString(text, ""))
}
