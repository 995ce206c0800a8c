package config

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// disk is files in memory, below /work.
type disk map[string]string

const testDir = "/work"

func (d disk) read(path string) ([]byte, error) {
	name, err := filepath.Rel(testDir, (&Config{cwd: testDir}).place(path).path)
	if err != nil {
		return nil, err
	}
	text, ok := d[filepath.ToSlash(name)]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	return []byte(text), nil
}

func (d disk) load(path string) (*Config, error) { return load(path, testDir, d.read) }

// loaded reads a configuration without mistakes, .tykctl.yaml or another one.
func loaded(t *testing.T, d disk, path ...string) *Config {
	t.Helper()
	c, err := d.load(append(path, ".tykctl.yaml")[0])
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestMistakes holds what is said about each mistake: its place, the message and the hint.
func TestMistakes(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"not an object", "- a", []string{`1:1 the configuration is a list, expected an object | a configuration begins with a field such as rules`}},
		{"only text", "strict", []string{`1:1 the configuration is "strict", expected an object | a configuration begins with a field such as rules`}},
		{"null", "null", []string{`1:1 the configuration is without a value, expected an object | a configuration begins with a field such as rules`}},
		{"a misspelt field", "polices: a.json", []string{`1:1 unknown field "polices" | did you mean "policies"?`}},
		{"a field in another style", "fail_on: error\nmax-warnings: 1", []string{
			`1:1 unknown field "fail_on" | did you mean "failOn"?`, `2:1 unknown field "max-warnings" | did you mean "maxWarnings"?`,
		}},
		{"a field of other linters", "exclude: [a]\nseverity: {}", []string{
			`1:1 unknown field "exclude" | did you mean "ignore"?`, `2:1 unknown field "severity" | did you mean "rules"?`,
		}},
		{"an unknown field", "plugins: []", []string{
			`1:1 unknown field "plugins" | it may have $schema, extends, target, rules, overrides, ignore, policies, baseline, failOn or maxWarnings`,
		}},
		{"a field twice", "failOn: error\nfailOn: info", []string{`2:1 duplicate key "failOn" | remove one of them`}},
		{"a second document", "failOn: error\n---\nfailOn: info", []string{`2:1 text after the end of the first document | remove it; a file holds one configuration`}},
		{"a trailing comma", "{\"failOn\": \"error\",}", []string{`1:19 a comma before the closing bracket, which is not JSON | remove the comma`}},

		{"a preset that is none", "extends: recommanded", []string{
			`1:10 extends is "recommanded", expected recommended, strict or a .yaml, .yml or .json file | did you mean "recommended"?`,
		}},
		{"a version as a preset", "extends: [strict, gateway-5.8]", []string{
			`1:19 extends is "gateway-5.8"; versions of Tyk Gateway are no presets | write target: "5.8"`,
		}},
		{"a URL", "extends: https://example.com/a.yaml", []string{
			`1:10 extends is "https://example.com/a.yaml"; configurations are not fetched | write recommended, strict, or the path of a configuration file from the directory of this one`,
		}},
		{"an absolute path", "extends: /etc/a.yaml", []string{
			`1:10 extends is "/etc/a.yaml", which is an absolute path | write recommended, strict, or the path of a configuration file from the directory of this one`,
		}},
		{"a path with backslashes", `extends: shared\a.yaml`, []string{
			`1:10 extends is "shared\\a.yaml", which holds a backslash | write "/" between directories, on Windows too`,
		}},
		{"a missing file", "extends:\n  - a/base.yaml", []string{
			`2:5 "a/base.yaml" cannot be read: file does not exist | the path is relative to the directory of this file`,
		}},
		{"itself", "extends: ./.tykctl.yaml", []string{`1:10 "./.tykctl.yaml" extends this file, or is it | remove one of the extends that lead back here`}},
		{"extends nothing", "extends: []", []string{`1:10 extends is empty | remove it, or write recommended`}},
		{"extends an object", "extends: {a: b}", []string{`1:10 extends is an object, expected a string | `}},

		{"5.10 without quotes", "target: 5.10", []string{
			`1:9 target is the number 5.10, expected a version in quotes | put it in quotes: target: "5.10"; without them it is the number 5.1`,
		}},
		{"5.0 without quotes", "target: 5.0", []string{
			`1:9 target is the number 5.0, expected a version in quotes | put it in quotes: target: "5.0"; without them it is the number 5`,
		}},
		{"5 without quotes", "target: 5", []string{`1:9 target is "5", expected a version from 5.0 to 5.14 | leave target out to check for any version`}},
		{"a version that is not known", `target: "5.41"`, []string{`1:9 target is "5.41", expected a version from 5.0 to 5.14 | leave target out to check for any version`}},
		{"an old version", `target: 4.3`, []string{`1:9 target is "4.3", expected a version from 5.0 to 5.14 | leave target out to check for any version`}},
		{"no version", `target: latest`, []string{`1:9 target is "latest", expected a version from 5.0 to 5.14 | leave target out to check for any version`}},
		{"a target without a value", "target:\nfailOn: info", []string{`1:8 target is without a value, expected a string | `}},

		{"rules in a list", "rules:\n  - TYK204", []string{`2:3 rules is a list, expected an object | write one rule a line, such as TYK204: warning`}},
		{"unknown code", "rules: {TYK998: off}", []string{"1:9 no rule has the code or name \"TYK998\" | `tykctl rules` lists the codes and names of all rules"}},
		{"a code in lower case", "rules: {tyk204: off}", []string{`1:9 no rule has the code or name "tyk204" | did you mean "TYK204"?`}},
		{"a code without letters", "rules: {204: off}", []string{`1:9 no rule has the code or name "204" | did you mean "TYK204"?`}},
		{"a code with a hyphen", "rules: {TYK-204: off}", []string{`1:9 no rule has the code or name "TYK-204" | did you mean "TYK204"?`}},
		{"a misspelt name", "rules: {relatve-oauth-url: off}", []string{`1:9 no rule has the code or name "relatve-oauth-url" | did you mean "relative-oauth-url"?`}},
		{"a name in capitals", "rules: {Relative-OAuth-URL: off}", []string{`1:9 no rule has the code or name "Relative-OAuth-URL" | did you mean "relative-oauth-url"?`}},
		{"a rule twice", "rules:\n  TYK204: off\n  relative-oauth-url: info", []string{`3:3 TYK204 has a severity already, as "TYK204" | remove one of them`}},
		{"both wrong", "rules: {tyk204: warn}", []string{
			`1:9 no rule has the code or name "tyk204" | did you mean "TYK204"?`,
			`1:17 tyk204 is "warn", expected error, warning, info or off | did you mean "warning"?`,
		}},
		{"severities of other linters", "rules: {TYK204: warn, TYK205: none, TYK206: 2, TYK207: false}", []string{
			`1:17 TYK204 is "warn", expected error, warning, info or off | did you mean "warning"?`,
			`1:31 TYK205 is "none", expected error, warning, info or off | did you mean "off"?`,
			`1:45 TYK206 is the number 2, expected error, warning, info or off | did you mean "error"?`,
			`1:56 TYK207 is the boolean false, expected error, warning, info or off | did you mean "off"?`,
		}},
		{"a severity with options", "rules:\n  TYK204:\n    - warning\n    - a: 1", []string{
			`2:3 TYK204 is a list, expected error, warning, info or off | rules have no options; write the severity alone`,
		}},
		{"a severity without a value", "rules:\n  TYK204:\nfailOn: info", []string{`2:10 TYK204 is without a value, expected error, warning, info or off | write one of them`}},
		{"a rule that must stay", "rules: {TYK100: off, wrong-type: info, TYK110: error}", []string{
			`1:17 TYK100 is always an error: without it a file that cannot be read would pass | remove the line; files that are no definitions can be left out with ignore`,
			`1:34 TYK123 is always an error: without it an extension that cannot be read would pass | remove the line; files that are no definitions can be left out with ignore`,
		}},
		{"a rule that must stay, in an override", "overrides: [{files: [a], rules: {TYK199: off}}]", []string{
			`1:42 TYK199 is always an error: without it a failure of tykctl itself would pass | remove the line; files that are no definitions can be left out with ignore`,
		}},

		{"one override alone", "overrides: {files: [a]}", []string{`1:12 overrides is an object, expected a list | begin each override with "- files:"`}},
		{"an override that is text", "overrides: [a]", []string{`1:13 an override is "a", expected an object | an override has files, and rules or target`}},
		{"without files", "overrides:\n  - rules: {TYK204: off}\n    target: 5.8", []string{`2:5 an override has no files | say which files it is for: files: ["legacy/**"]`}},
		{"without effect", "overrides:\n  - files: [a]", []string{`2:5 an override changes nothing | give it rules or a target, or remove it`}},
		{"fields of the top", "overrides: [{files: [a], rules: {}, ignore: [b], extends: strict, pattern: a}]", []string{
			`1:37 unknown field "ignore" | an override has files, rules and target; this belongs to the top of the file`,
			`1:50 unknown field "extends" | an override has files, rules and target; this belongs to the top of the file`,
			`1:67 unknown field "pattern" | did you mean "files"?`,
		}},
		{"no files in files", "overrides: [{files: [], rules: {}}]", []string{`1:21 files is empty | name some, or remove the override`}},
		{"begins with an exclusion", `overrides: [{files: ["!a"], rules: {}}]`, []string{`1:22 the pattern "!a" excludes from nothing | write what is meant before it, such as "**"`}},

		{"ignore is text", "ignore: vendor", []string{`1:9 ignore is "vendor", expected a list of patterns | write it in brackets, such as ["legacy/**"]`}},
		{"an exclusion without quotes", "ignore:\n  - vendor\n  - !vendor/keep.yaml", []string{`3:22 !vendor/keep.yaml is followed by nothing: YAML takes it for a tag | put it in quotes`}},
		{"an alias by accident", "ignore:\n  - *.yaml", []string{`2:5 found "*" at the start of a value, expected text | put the value in quotes`}},
		{"a number", "ignore: [1]", []string{`1:10 an item of ignore is the number 1, expected a string | put it in quotes`}},
		{"blank", `ignore: [" "]`, []string{`1:10 an item of ignore is empty | write a value, or remove it`}},
		{"blanks at an end", `ignore: ["a "]`, []string{`1:10 an item of ignore has blanks at an end or a control character: "a " | remove it`}},
		{"absolute", `ignore: [/a]`, []string{`1:10 the pattern "/a" is an absolute path | patterns are relative to the directory of the configuration file`}},
		{"backslash", `ignore: ['a\*']`, []string{`1:10 the pattern "a\\*" holds a backslash | write "/" between directories, on Windows too, and [*] for a "*" in a name`}},
		{"dots within", `ignore: [a/../b]`, []string{`1:10 the pattern "a/../b" holds ".." | write .. at the beginning only`}},
		{"two slashes", `ignore: [a//b]`, []string{`1:10 the pattern "a//b" holds "//" | write one "/"`}},
		{"stars within a name", `ignore: [a/**.yaml]`, []string{
			`1:10 the pattern "a/**.yaml" holds "**.yaml": "**" stands for directories only where it stands alone between slashes | did you mean "a/**/*.yaml"?`,
		}},
		{"an open class", `ignore: ["a["]`, []string{`1:10 "a[" is no pattern | close what "[" or "{" opens`}},
		{"nothing but !", `ignore: [a, "!"]`, []string{`1:13 the pattern "!" names no file | write a pattern such as "legacy/**/*.yaml"`}},
		{"too many alternatives", `ignore: ["` + strings.Repeat("{a,b}", 9) + `"]`, []string{
			fmt.Sprintf(`1:10 the pattern %q stands for more than 256 others | write several patterns`, strings.Repeat("{a,b}", 9)),
		}},
		{"too long", "ignore: [" + strings.Repeat("a", 501) + "]", []string{`1:10 the pattern has 501 bytes, expected at most 500 | write several patterns`}},

		{"policies in a list", "policies: [a.json]", []string{`1:11 policies is a list, expected a string | `}},
		{"an empty baseline", `baseline: ""`, []string{`1:11 baseline is empty | write a value, or remove it`}},
		{"failOn", "failOn: wanring", []string{`1:9 failOn is "wanring", expected error, warning, info or never | did you mean "warning"?`}},
		{"failOn off", "failOn: off", []string{`1:9 failOn is "off", expected error, warning, info or never | did you mean "never"?`}},
		{"maxWarnings in quotes", `maxWarnings: "1"`, []string{`1:14 maxWarnings is "1", expected a whole number from 0 | write a number such as 10, without quotes`}},
		{"maxWarnings below 0", `maxWarnings: -1`, []string{`1:14 maxWarnings is the number -1, expected a whole number from 0 | write a number such as 10, without quotes`}},
		{"maxWarnings and a half", `maxWarnings: 1.5`, []string{`1:14 maxWarnings is the number 1.5, expected a whole number from 0 | write a number such as 10, without quotes`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := disk{".tykctl.yaml": tt.text}.load(".tykctl.yaml")
			if got := written(t, err); c != nil || !slices.Equal(got, tt.want) {
				t.Errorf("config %v, mistakes:\n%s\nwant:\n%s", c, strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

// written is the mistakes as the tables write them.
func written(t *testing.T, err error) []string {
	t.Helper()
	var mistakes *Error
	if !errors.As(err, &mistakes) {
		t.Fatalf("the error is %v, want mistakes", err)
	}
	var list []string
	for _, d := range mistakes.List {
		list = append(list, fmt.Sprintf("%d:%d %s | %s", d.At.Start.Line, d.At.Start.Column, d.Message, d.Hint))
	}
	return list
}

// TestMistakesOfAll tells all mistakes of all files in one run.
func TestMistakesOfAll(t *testing.T) {
	_, err := disk{
		".tykctl.yaml":  "extends: [shared/a.yaml, shared/b.json]\nfailOn: x",
		"shared/a.yaml": "failOn: y",
		"shared/b.json": `{"failOn": }`,
	}.load(".tykctl.yaml")
	want := ".tykctl.yaml:2:9: failOn is \"x\", expected error, warning, info or never\n" +
		"shared/a.yaml:1:9: failOn is \"y\", expected error, warning, info or never\n" +
		"shared/b.json:1:12: found \"}\", expected a value"
	if err == nil || err.Error() != want {
		t.Fatalf("got:\n%v\nwant:\n%s", err, want)
	}
	var mistakes *Error
	var out strings.Builder
	if !errors.As(err, &mistakes) || mistakes.Write(&out, false) != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		".tykctl.yaml:2:9: error: failOn is", "    2 | failOn: x\n      |         ^\n  hint: write one of them\n", "shared/b.json:1:12: error: ",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}

// TestUnreadable tells a configuration file that is not there from one with mistakes.
func TestUnreadable(t *testing.T) {
	var mistakes *Error
	if _, err := (disk{}).load("a.yaml"); !errors.Is(err, fs.ErrNotExist) || errors.As(err, &mistakes) {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := Load(t.TempDir()); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a directory: %v", err)
	}
	if _, err := Load(filepath.Join(t.TempDir(), "a.yaml")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	for text, want := range map[string]string{
		"a: @b":                                 "1:4 ",
		strings.Repeat("[", 40):                 "1:33 ",
		strings.Repeat(" ", limits.Bytes) + "a": "0:0 the file has",
	} {
		_, err := disk{".tykctl.yaml": text}.load(".tykctl.yaml")
		if got := written(t, err); len(got) != 1 || !strings.HasPrefix(got[0], want) {
			t.Errorf("%.10q…: %q, want %q", text, got, want)
		}
	}
}
