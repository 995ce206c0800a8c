package lsp

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// The bounds of what is sent and read: nobody looks at more findings, and no document is longer.
const (
	maxDiagnostics = 1000 // of one file
	maxFile        = 64 << 20
)

// published is what the client was last told of a file, and on account of which scope.
type published struct {
	scope  *scope
	uri    string
	params []byte
}

// fileReport is what is to be said of one file.
type fileReport struct {
	key    string
	params publishParams
}

// reporter turns the findings of one run into the client's terms.
type reporter struct {
	s      *server
	t      *task
	result Result
	texts  map[string]*text // by key; nil for what cannot be read
}

// report sorts findings by file, and keeps those of open documents for later requests.
func (s *server) report(t *task, result Result) ([]fileReport, map[*document]diag.List) {
	r := &reporter{s: s, t: t, result: result, texts: map[string]*text{}}
	byKey := map[string]diag.List{}
	var keys []string
	for _, d := range result.Findings {
		key := r.key(d.At.File)
		if _, seen := byKey[key]; !seen {
			keys = append(keys, key)
		}
		byKey[key] = append(byKey[key], d)
	}
	byDoc := map[*document]diag.List{}
	var list []fileReport
	for _, key := range keys {
		found := byKey[key]
		if !s.owns(t.scope, key) || !r.isDocument(found[0].At.File, key) {
			continue
		}
		doc := t.docs[key]
		params := publishParams{URI: uriOf(key), Diagnostics: r.diagnostics(found)}
		if doc != nil {
			byDoc[doc] = found
			params.URI, params.Version = doc.uri, &doc.version
		}
		list = append(list, fileReport{key, params})
	}
	return list, byDoc
}

// owns tells whether findings about a file are a scope's to publish: with a folder within another, both have looked at it.
func (s *server) owns(sc *scope, key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	owner := s.scopeOf(key)
	return owner == nil || owner == sc
}

// key is what a file is known by, given the name that the Checker used.
func (r *reporter) key(name string) string {
	path := filepath.FromSlash(name)
	switch {
	case name == "" || r.t.docs[name] != nil:
		return name
	case filepath.IsAbs(path):
		return filepath.Clean(path)
	case r.t.scope.root:
		return filepath.Join(r.t.scope.key, path)
	}
	return name
}

// text is what a file says, or nil.
func (r *reporter) text(name string) *text {
	key := r.key(name)
	if t, ok := r.texts[key]; ok {
		return t
	}
	var t *text
	if doc := r.t.docs[key]; doc != nil {
		t = doc.text
	} else if f := r.result.Files[name]; f != nil {
		t = fileText(f.Text())
	} else if data, err := readFile(key); err == nil {
		t = fileText(string(data))
	}
	r.texts[key] = t
	return t
}

// readFile reads a regular file that is not too long.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, os.ErrInvalid
	}
	return os.ReadFile(path)
}

// apiKeys finds a key at the beginning of a line, or anywhere in JSON, that only API documents have.
var apiKeys = regexp.MustCompile(`(?m)^["']?(openapi|swagger|x-tyk-api-gateway)["']?[ \t]*:|"(openapi|swagger|x-tyk-api-gateway)"[ \t\r\n]*:`)

// isDocument keeps the editor quiet about files that have nothing to do with APIs: an editor opens every YAML file of a project, templates
// that are no YAML at all among them. The configuration is not a document, and what is wrong with it should still be said.
func (r *reporter) isDocument(name, key string) bool {
	if r.result.Files[name] != nil || strings.HasPrefix(filepath.Base(key), ".tykctl") {
		return true
	}
	t := r.text(name)
	return t == nil || apiKeys.MatchString(t.data)
}

// diagnostics are the findings of one file as the client wants them.
func (r *reporter) diagnostics(found diag.List) []diagnostic {
	fingerprints := diag.Fingerprints(found)
	list := make([]diagnostic, 0, min(len(found), maxDiagnostics))
	for i := range found[:min(len(found), maxDiagnostics)] {
		list = append(list, toDiagnostic(r.s.opt.Rule, &found[i], fingerprints[i], r.text(found[i].At.File), r.t.enc))
		if r.t.client.TextDocument.PublishDiagnostics.RelatedInformation {
			list[i].Related = r.related(&found[i])
		}
	}
	return list
}

func (r *reporter) related(d *diag.Diagnostic) []relatedInfo {
	var list []relatedInfo
	for _, other := range d.Related {
		key := r.key(other.At.File)
		uri := uriOf(key)
		if doc := r.t.docs[key]; doc != nil {
			uri = doc.uri
		}
		list = append(list, relatedInfo{location{uri, place(r.text(other.At.File), other.At, r.t.enc)}, other.Message})
	}
	return list
}

// severities are the protocol's numbers.
var severities = map[diag.Severity]int{diag.Error: 1, diag.Warning: 2, diag.Info: 3}

// The protocol's tags.
const (
	tagUnnecessary = 1
	tagDeprecated  = 2
)

// toDiagnostic puts a finding into the client's terms. Without its text a place can only be guessed.
func toDiagnostic(rules func(diag.Code) Rule, d *diag.Diagnostic, fingerprint string, t *text, enc encoding) diagnostic {
	rule := rules(d.Code)
	out := diagnostic{
		Range: place(t, d.At, enc), Severity: severities[d.Severity], Code: string(d.Code), Source: "tykctl", Message: d.Message,
		Data: &diagnosticData{fingerprint},
	}
	if d.Hint != "" {
		out.Message += "\nhint: " + d.Hint
	}
	if rule.URL != "" {
		out.CodeDescription = &codeDescription{rule.URL}
	}
	if rule.Deprecated {
		out.Tags = append(out.Tags, tagDeprecated)
	}
	if rule.Unneeded {
		out.Tags = append(out.Tags, tagUnnecessary)
	}
	return out
}

// place is where a finding is marked: of what takes several lines only the first is, as half a document underlined tells nobody anything.
func place(t *text, at source.Range, enc encoding) textRange {
	if at.IsZero() {
		return textRange{}
	}
	if t == nil {
		return textRange{
			position{uint32(max(0, at.Start.Line-1)), uint32(max(0, at.Start.Column-1))},
			position{uint32(max(0, at.Start.Line-1)), uint32(max(0, at.Start.Column-1))},
		}
	}
	start, end := at.Start.Offset, at.End.Offset
	if _, lineEnd := t.line(t.lineAt(min(start, len(t.data)))); end > lineEnd {
		end = max(start, lineEnd)
	}
	return t.span(start, end, enc)
}

// publish tells the client what it does not know yet, and takes back what is no longer so.
func (s *server) publish(t *task, list []fileReport) {
	reported := map[string]bool{}
	for _, f := range list {
		reported[f.key] = true
		s.send(t.scope, f.key, f.params)
	}
	for key, old := range s.published {
		if old.scope != t.scope || reported[key] {
			continue
		}
		none := publishParams{URI: old.uri, Diagnostics: []diagnostic{}}
		if doc := t.docs[key]; doc != nil {
			none.Version = &doc.version
		}
		s.send(t.scope, key, none)
		delete(s.published, key)
	}
}

// send publishes the diagnostics of one file unless the client has just these.
func (s *server) send(sc *scope, key string, p publishParams) {
	data, err := json.Marshal(p)
	if err != nil {
		s.log.Printf("publish %s: %v", p.URI, err)
		return
	}
	old, known := s.published[key]
	if known && bytes.Equal(old.params, data) {
		old.scope = sc
		s.published[key] = old
		return
	}
	if known && old.uri != p.URI {
		s.notify("textDocument/publishDiagnostics", publishParams{URI: old.uri, Diagnostics: []diagnostic{}})
	}
	s.published[key] = published{sc, p.URI, data}
	s.notify("textDocument/publishDiagnostics", json.RawMessage(data))
}
