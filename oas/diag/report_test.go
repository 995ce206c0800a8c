package diag_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// writers are the reports for programs, by the name of their golden file.
var writers = map[string]func(io.Writer, diag.List, diag.Run) error{
	"json.want":           diag.WriteJSON,
	"sarif.want":          diag.WriteSARIF,
	"junit.want":          diag.WriteJUnit,
	"github.want":         diag.WriteGitHub,
	"github-summary.want": diag.WriteGitHubSummary,
	"gitlab.want":         diag.WriteGitLab,
	"checkstyle.want":     diag.WriteCheckstyle,
}

// testRun is a run in a directory below the root of its repository; it knows one of the rules.
var testRun = diag.Run{
	ToolVersion: "0.0.0", Files: []string{"api.json", "clean.yaml", "other.json"}, Dir: "/src/repo/apis", Root: "/src/repo", ExitCode: 1,
	Rules: []diag.RuleInfo{{
		Code: "TYK204", Name: "relative-oauth-url", Severity: diag.Error, Summary: "an OAuth URL is not what Tyk serves",
		Doc: "# TYK204 relative-oauth-url\n\nThe endpoints are\nalways there.\n\n## Bad\n", URL: "https://example.com/TYK204",
	}},
}

func printed(t *testing.T, name string, l diag.List, run diag.Run) string {
	t.Helper()
	var b bytes.Buffer
	if err := writers[name](&b, l, run); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReports(t *testing.T) {
	for name := range writers {
		golden(t, name, printed(t, name, list(document(t)).Sort(), testRun))
	}
}

// TestWellFormed: whatever a list and a document hold, a report can be read; an empty list is an empty array, not null and not nothing.
func TestWellFormed(t *testing.T) {
	sarif := sarifSchema(t)
	nasty := "a\"<b>&]]>\x00\x1b[31m\x7f\u009b31m \xff\x9b 🙂\u202e\u2066\u200b\ufeff\u2028\r\n::error::,:%`|\ufffe"
	at := source.Range{File: "dir:a/b c%,#\n\x1b\u202e.yaml", Start: source.Pos{Line: 3, Column: 1}, End: source.Pos{Line: 4, Column: 2}}
	var text bytes.Buffer
	for title, l := range map[string]diag.List{
		"clean": nil,
		"full":  list(document(t)).Sort(),
		"nasty": {{Code: "TYK100", Severity: diag.Error, Message: nasty, Hint: nasty, At: at, Pointer: "/a~1b", Related: []diag.Related{{Message: nasty, At: at}}}},
	} {
		text.Reset()
		if err := diag.WriteText(&text, l, func(string) *source.File { return document(t) }, false); err != nil {
			t.Fatal(err)
		}
		wantHarmless(t, title+", text", text.String())
		for _, run := range []diag.Run{testRun, {Files: []string{"/absolute.json", "C:/drive.json"}}} {
			for _, name := range []string{"json.want", "gitlab.want", "sarif.want"} {
				text := printed(t, name, l, run)
				var v any
				if err := json.Unmarshal([]byte(text), &v); err != nil || strings.Contains(text, "null") {
					t.Errorf("%s, %s: %v: %s", title, name, err, text)
				}
				if name == "sarif.want" {
					if err := sarif.Validate(v); err != nil {
						t.Errorf("%s: %#v", title, err)
					}
					wantHarmless(t, title+", "+name, text)
				}
			}
			for _, name := range []string{"junit.want", "checkstyle.want"} {
				var v struct{ XMLName xml.Name }
				text := printed(t, name, l, run)
				if err := xml.Unmarshal([]byte(text), &v); err != nil || strings.Contains(text, "\ufffd\ufffd\ufffd") {
					t.Errorf("%s, %s: %v: %s", title, name, err, text)
				}
				wantHarmless(t, title+", "+name, text)
			}
			commands := printed(t, "github.want", l, run)
			wantHarmless(t, title+", github", commands)
			wantHarmless(t, title+", github-summary", printed(t, "github-summary.want", l, run))
			if n := strings.Count(commands, "\n"); n != len(l) || strings.Contains(commands, "\r") {
				t.Errorf("%s: %d lines for %d findings: %s", title, n, len(l), commands)
			}
		}
	}
}

// wantHarmless fails on what a terminal would obey and what makes a line look like another one.
func wantHarmless(t *testing.T, what, text string) {
	t.Helper()
	for _, r := range text {
		if r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl) {
			t.Errorf("%s: %U is written as it is: %q", what, r, text)
			return
		}
	}
}

// TestSARIFMessages: a message that happens to look like one with links or placeholders says what it said (§3.11.5, §3.11.6).
func TestSARIFMessages(t *testing.T) {
	for message, want := range map[string]string{
		`the path "/orders/{id}" [TYK204]`: `the path "/orders/{id}" [TYK204]`,
		`see [the docs](1) \ or [a]`:       `see \[the docs\](1) \\ or \[a\]`,
		`callbacks[42](0), "\\[x](1)"`:     `callbacks\[42\](0), "\\\\\[x\](1)"`,
		`"/a/{0}/{01}/{x}/{{1}}"`:          `"/a/{{0}}/{{01}}/{x}/{{{1}}}"`,
	} {
		l := diag.List{{Code: "TYK301", Severity: diag.Error, Message: message, Related: []diag.Related{{Message: message}}}}
		var log struct {
			Runs []struct {
				Results []struct {
					Message   struct{ Text string }
					Locations []struct{ Message struct{ Text string } } `json:"relatedLocations"`
				}
			}
		}
		if err := json.Unmarshal([]byte(printed(t, "sarif.want", l, testRun)), &log); err != nil {
			t.Fatal(err)
		}
		result := log.Runs[0].Results[0]
		if got := result.Message.Text; got != want || result.Locations[0].Message.Text != want {
			t.Errorf("%s\nbecomes %s\nwant    %s", message, got, want)
		}
	}
}

// TestSARIFRules: a log holds the rules that its results refer to, and the index of each result is that of its rule there.
func TestSARIFRules(t *testing.T) {
	run := testRun
	run.Rules = []diag.RuleInfo{{Code: "TYK100"}, {Code: "TYK204"}, {Code: "TYK207"}, {Code: "TYK301"}, {Code: "TYK390"}}
	for _, l := range []diag.List{nil, list(document(t)).Sort()} {
		var log struct {
			Runs []struct {
				Tool struct {
					Driver struct{ Rules []struct{ ID string } }
				}
				Results []struct {
					RuleID    string
					RuleIndex *int
				}
			}
		}
		if err := json.Unmarshal([]byte(printed(t, "sarif.want", l, run)), &log); err != nil {
			t.Fatal(err)
		}
		rules, used := log.Runs[0].Tool.Driver.Rules, map[string]bool{}
		for _, r := range log.Runs[0].Results {
			used[r.RuleID] = true
			if r.RuleIndex != nil && rules[*r.RuleIndex].ID != r.RuleID {
				t.Errorf("rule %d is %s, want %s", *r.RuleIndex, rules[*r.RuleIndex].ID, r.RuleID)
			}
			if r.RuleIndex == nil && r.RuleID != "TYK201" && r.RuleID != "TYK202" && r.RuleID != "TYK311" {
				t.Errorf("a result of %s has no index", r.RuleID)
			}
		}
		for _, r := range rules {
			if !used[r.ID] {
				t.Errorf("no result is of %s", r.ID)
			}
		}
	}
}

func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(formats, "sarif-schema-2.1.0.json"))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat = true
	if err := c.AddResource("sarif.json", bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// TestFingerprints: what a service or a baseline knows a finding by is not where it stands.
func TestFingerprints(t *testing.T) {
	const text = "{\n  \"a\": 1,\n  \"b\": 2\n}\n"
	prints := func(name, data string) []string {
		f, err := source.Index(name, []byte(data))
		if err != nil {
			t.Fatal(err)
		}
		at := f.At("/b")
		l := diag.List{
			{Code: "TYK301", Severity: diag.Error, Message: fmt.Sprintf("first said at line %d, %s", at.Start.Line, at), At: at, Pointer: "/b"},
			{Code: "TYK301", Severity: diag.Error, Message: "8080 is taken", At: at, Pointer: "/b"},
			{Code: "TYK301", Severity: diag.Error, Message: "8081 is taken", At: at, Pointer: "/b"},
			{Code: "TYK301", Severity: diag.Error, Message: "8081 is taken", At: f.Key("/b"), Pointer: "/b"},
		}
		var report struct {
			Diagnostics []struct{ Fingerprint string }
		}
		if err := json.Unmarshal([]byte(printed(t, "json.want", l, testRun)), &report); err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, d := range report.Diagnostics {
			list = append(list, d.Fingerprint)
		}
		return list
	}
	before, after := prints("api.json", text), prints("api.json", strings.Repeat("\n", 100)+text)
	if fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("100 lines above change\n%v to\n%v", before, after)
	}
	seen := map[string]bool{}
	for _, p := range before {
		if seen[p] {
			t.Errorf("two findings have the fingerprint %s", p)
		}
		seen[p] = true
	}
}

// TestGitHubLimit: GitHub shows ten annotations of a level and says nothing of the rest, so we do.
func TestGitHubLimit(t *testing.T) {
	var l diag.List
	for _, s := range []diag.Severity{diag.Error, diag.Warning, diag.Info} {
		for range 12 {
			l = append(l, diag.Diagnostic{Code: "TYK301", Severity: s, Message: "m", At: source.Range{File: "a.json"}})
		}
	}
	got := printed(t, "github.want", l, testRun)
	for level, want := range map[string]int{"error": 10, "warning": 10, "notice": 10} {
		if n := strings.Count(got, "::"+level+" "); n != want {
			t.Errorf("%d of %s, want %d", n, level, want)
		}
	}
	if !strings.HasSuffix(got, "::notice title=tykctl::7 more not shown here; the log and the reports have them all\n") {
		t.Error(got)
	}
}
