package config

import (
	"fmt"
	"strings"

	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/policies"
	"github.com/tykctl/tykctl/oas/typo"
)

// Off is the severity of a rule that reports nothing.
const Off diag.Severity = 0

// words are the severities as they are written, and in the order in which they are spoken of.
var words = []struct {
	word     string
	severity diag.Severity
}{
	{"error", diag.Error}, {"warning", diag.Warning}, {"info", diag.Info}, {"off", Off},
}

// word is how a severity is written.
func word(s diag.Severity) string {
	for _, w := range words {
		if w.severity == s {
			return w.word
		}
	}
	return s.String()
}

// elsewhere is what other linters call things, for hints.
var elsewhere = map[string]string{
	"warn": "warning", "err": "error", "fatal": "error", "hint": "info", "note": "info", "suggestion": "info", "style": "info",
	"none": "off", "disable": "off", "disabled": "off", "ignore": "off", "no": "off", "false": "off", "0": "off", "1": "warning", "2": "error",

	"exclude": "ignore", "excludes": "ignore", "excludeFiles": "ignore", "ignorePatterns": "ignore", "severity": "rules", "severities": "rules",
	"gateway": "target", "version": "target", "preset": "extends", "presets": "extends", "failSeverity": "failOn", "fail-severity": "failOn",
	"paths": "files", "path": "files", "pattern": "files", "patterns": "files", "glob": "files", "globs": "files",
}

// meant is the word that a wrong one stands for, or "".
func meant(wrong string, allowed []string) string {
	for _, w := range allowed {
		if elsewhere[wrong] == w || elsewhere[strings.ToLower(wrong)] == w {
			return w
		}
	}
	return typo.Meant(wrong, allowed)
}

// didYouMean is a hint, or the other text where nothing resembles what was written.
func didYouMean(wrong string, allowed []string, otherwise string) string {
	if near := meant(wrong, allowed); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return otherwise
}

// The presets.
const (
	recommended = "recommended" // the rules' own severities
	strict      = "strict"      // every finding one step higher
)

// notRaised are the rules that strict leaves as they are: they speak of this program's gateway, and say nothing against a definition.
var notRaised = map[diag.Code]bool{"TYK390": true, "TYK391": true, "TYK392": true}

// raised is a severity under the preset.
func (c *Config) raised(code diag.Code, s diag.Severity) diag.Severity {
	if c.preset.V != strict || s == Off || s == diag.Error || notRaised[code] {
		return s
	}
	return s + 1
}

// fixed are the rules that stay errors, and what would go unseen without them. After what they report, the other rules may never have looked
// at the document, or at the policies: silencing one would make a run clean that has checked nothing.
var fixed = map[diag.Code]string{
	oas.CodeSyntax:    "a file that cannot be read",
	oas.CodeVersion:   "a document of a version that cannot be checked",
	oas.CodeStructure: "a document whose OpenAPI part cannot be read",
	oas.CodeReference: "a document with references that lead nowhere",
	oas.CodeWrongType: "an extension that cannot be read",
	policies.CodeForm: "a policies file that cannot be read",
	oas.CodeInternal:  "a failure of tykctl itself",
}

// findRule finds a rule by its code or name as they are written, or says what to write instead.
func findRule(written string) (r *check.Rule, hint string) {
	r = check.Find(written)
	if r == nil && strings.ContainsAny(written, "0123456789") {
		r = check.Find("TYK" + digits(written))
	}
	switch {
	case r != nil && (written == string(r.Code) || written == r.Name):
		return r, ""
	case r != nil && strings.EqualFold(written, r.Name):
		return nil, fmt.Sprintf("did you mean %q?", r.Name)
	case r != nil:
		return nil, fmt.Sprintf("did you mean %q?", r.Code)
	}
	var names []string
	for _, r := range check.Rules() {
		names = append(names, r.Name)
	}
	return nil, didYouMean(written, names, "`tykctl rules` lists the codes and names of all rules")
}

// digits are those of a text.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
