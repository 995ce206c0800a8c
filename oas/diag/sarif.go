package diag

import (
	"io"
	"net/url"
	"regexp"
	"strings"

	"github.com/tykctl/tykctl/oas/source"
)

// What follows is as much of SARIF 2.1.0 (OASIS, errata 01) as code scanning services read. No snippets: a source line may hold a secret.

const (
	sarifSchema  = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	sarifRoot    = "%SRCROOT%" // the name that services take for the root of the repository
	toolURL      = "https://github.com/tykctl/tykctl"
	automationID = "tykctl/validate/" // ends in a slash: all of it is the category, nothing an id of the run (§3.17.2)
)

type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver sarifDriver `json:"driver"`
		} `json:"tool"`
		Invocations       []sarifInvocation        `json:"invocations"`
		OriginalURIBaseID map[string]sarifArtifact `json:"originalUriBaseIds,omitempty"`
		AutomationDetails struct {
			ID string `json:"id"`
		} `json:"automationDetails"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string    `json:"id"`
		Name    string    `json:"name"`
		Short   sarifText `json:"shortDescription"`
		Full    sarifText `json:"fullDescription"`
		HelpURI string    `json:"helpUri,omitempty"`
		Help    sarifText `json:"help"`
		Default struct {
			Level string `json:"level"`
		} `json:"defaultConfiguration"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifInvocation struct {
		ExecutionSuccessful bool `json:"executionSuccessful"`
		ExitCode            int  `json:"exitCode"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    *int              `json:"ruleIndex,omitempty"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Related      []sarifLocation   `json:"relatedLocations,omitempty"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Fixes        []sarifFix        `json:"fixes,omitempty"`
	}
	sarifLocation struct {
		ID       *int          `json:"id,omitempty"`
		Physical sarifPhysical `json:"physicalLocation"`
		Logical  []sarifNode   `json:"logicalLocations,omitempty"`
		Message  *sarifText    `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI    string `json:"uri"`
		BaseID string `json:"uriBaseId,omitempty"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"` // exclusive, as ours
	}
	sarifNode struct {
		FullName string `json:"fullyQualifiedName"`
	}
)

// WriteSARIF writes one log with one run. A clean run has an empty array of results: null would mean that nothing was looked for. Of the rules
// it holds those that found something; a consumer needs no other, and all of them are 300 kB of documentation.
func WriteSARIF(w io.Writer, l List, run Run) error {
	run.Rules = run.rulesOf(l)
	r := sarifRun{
		Invocations: []sarifInvocation{{ExecutionSuccessful: !run.Incomplete, ExitCode: run.ExitCode}},
		ColumnKind:  "unicodeCodePoints",
		Results:     make([]sarifResult, len(l)),
	}
	r.Tool.Driver = sarifDriver{Name: "tykctl", Version: run.ToolVersion, InformationURI: toolURL, Rules: make([]sarifRule, len(run.Rules))}
	r.AutomationDetails.ID = automationID
	if run.Root != "" {
		r.OriginalURIBaseID = map[string]sarifArtifact{sarifRoot: {URI: fileURL(strings.TrimSuffix(run.Root, "/") + "/")}}
	}
	for i := range run.Rules {
		r.Tool.Driver.Rules[i] = newSARIFRule(&run.Rules[i])
	}
	prints := Fingerprints(l)
	for i := range l {
		r.Results[i] = newSARIFResult(&l[i], prints[i], &run)
	}
	return encodeJSON(w, sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{r}})
}

func newSARIFRule(info *RuleInfo) sarifRule {
	r := sarifRule{
		ID: string(info.Code), Name: info.Name, HelpURI: info.URL,
		Short: sarifText{Text: info.Summary},
		Full:  sarifText{Text: opening(info.Doc, info.Summary)},
		Help:  sarifText{Text: info.Summary},
	}
	if info.Doc != "" {
		r.Help = sarifText{Text: info.Doc, Markdown: info.Doc}
	}
	r.Default.Level = sarifLevel(info.Severity)
	return r
}

// opening is the first paragraph below the title of a Markdown text.
func opening(doc, otherwise string) string {
	for _, paragraph := range strings.Split(doc, "\n\n") {
		if p := strings.TrimSpace(paragraph); p != "" && !strings.HasPrefix(p, "#") {
			return strings.Join(strings.Fields(p), " ")
		}
	}
	return otherwise
}

func newSARIFResult(d *Diagnostic, fingerprint string, run *Run) sarifResult {
	r := sarifResult{
		RuleID: string(d.Code), Level: sarifLevel(d.Severity), Message: sarifText{Text: sarifMessage(d.withHint())},
		Locations:    []sarifLocation{{Physical: newSARIFPhysical(d.At, run)}},
		Fingerprints: map[string]string{"tykctl/v1": fingerprint},
		Fixes:        newSARIFFixes(d, run),
	}
	if i, known := run.rule(d.Code); known {
		r.RuleIndex = &i
	}
	if d.Pointer != "" {
		r.Locations[0].Logical = []sarifNode{{FullName: string(d.Pointer)}}
	}
	for i, related := range d.Related {
		r.Related = append(r.Related, sarifLocation{ID: &i, Physical: newSARIFPhysical(related.At, run), Message: &sarifText{Text: sarifMessage(Visible(related.Message))}})
	}
	return r
}

// sarifPlaceholder matches what a consumer would replace by an argument (§3.11.5).
var sarifPlaceholder = regexp.MustCompile(`\{\d+\}`)

// sarifBrackets escapes what embedded links are made of (§3.11.6).
var sarifBrackets = strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`)

// sarifMessage keeps a text from being read as one with links or placeholders. Where it cannot be, it stays as it is: most consumers, GitHub among
// them, decode no escapes in a message without either, and people would see the backslashes, and twice the braces of "/orders/{id}".
func sarifMessage(s string) string {
	if strings.Contains(s, "](") {
		s = sarifBrackets.Replace(s)
	}
	return sarifPlaceholder.ReplaceAllString(s, "{$0}")
}

func newSARIFPhysical(at source.Range, run *Run) sarifPhysical {
	p := sarifPhysical{Artifact: sarifArtifact{URI: fileURL(run.relative(at.File))}}
	if run.Root != "" && !isAbsolute(run.relative(at.File)) {
		p.Artifact.BaseID = sarifRoot
	}
	if !at.IsZero() {
		p.Region = &sarifRegion{at.Start.Line, at.Start.Column, at.End.Line, at.End.Column}
	}
	return p
}

// fileURL is a URI reference: relative for a relative name, a file URL otherwise.
func fileURL(name string) string {
	if !isAbsolute(name) {
		return (&url.URL{Path: name}).String()
	}
	if !strings.HasPrefix(name, "/") {
		name = "/" + name // a drive
	}
	return (&url.URL{Scheme: "file", Path: name}).String()
}

func sarifLevel(s Severity) string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	default:
		return "note"
	}
}
