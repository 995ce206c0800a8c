package diag

import (
	"encoding/json"
	"io"

	"github.com/tykctl/tykctl/oas/source"
)

// JSONVersion is the version of the report that WriteJSON writes; schemas/diagnostics.schema.json describes it. It grows when a consumer
// of the former version would misread the new one.
const JSONVersion = 1

type jsonReport struct {
	SchemaVersion int              `json:"schemaVersion"`
	Tool          jsonTool         `json:"tool"`
	Summary       jsonSummary      `json:"summary"`
	Diagnostics   []jsonDiagnostic `json:"diagnostics"`
}

type jsonTool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type jsonSummary struct {
	Files    int `json:"files"`
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Infos    int `json:"infos"`
}

type jsonDiagnostic struct {
	Code        Code           `json:"code"`
	Severity    string         `json:"severity"`
	Message     string         `json:"message"`
	Hint        string         `json:"hint,omitempty"`
	File        string         `json:"file"`
	Pointer     source.Pointer `json:"pointer"`
	Fingerprint string         `json:"fingerprint"`
	Range       *jsonRange     `json:"range,omitempty"`
	Related     []jsonRelated  `json:"related,omitempty"`
	Fix         *jsonFix       `json:"fix,omitempty"`
}

type jsonFix struct {
	Title string     `json:"title"`
	Safe  bool       `json:"safe"`
	Edits []jsonEdit `json:"edits"`
}

type jsonEdit struct {
	Range jsonRange `json:"range"`
	Text  string    `json:"text"`
}

type jsonRelated struct {
	Message string     `json:"message"`
	File    string     `json:"file"`
	Range   *jsonRange `json:"range,omitempty"`
}

type jsonRange struct {
	Start jsonPos `json:"start"`
	End   jsonPos `json:"end"`
}

type jsonPos struct {
	Line   int `json:"line"`   // from 1
	Column int `json:"column"` // from 1, in code points
	Offset int `json:"offset"` // from 0, in bytes
}

// WriteJSON writes one JSON object, whatever the list holds: a clean run has an empty array of diagnostics.
func WriteJSON(w io.Writer, l List, run Run) error {
	report := jsonReport{
		SchemaVersion: JSONVersion,
		Tool:          jsonTool{Name: "tykctl", Version: run.ToolVersion},
		Summary:       jsonSummary{Files: len(run.Files), Errors: l.Count(Error), Warnings: l.Count(Warning), Infos: l.Count(Info)},
		Diagnostics:   make([]jsonDiagnostic, len(l)),
	}
	prints := Fingerprints(l)
	for i, d := range l {
		report.Diagnostics[i] = jsonDiagnostic{
			Code: d.Code, Severity: d.Severity.String(), Message: d.Message, Hint: d.Hint,
			File: d.At.File, Pointer: d.Pointer, Fingerprint: prints[i], Range: newJSONRange(d.At), Related: newJSONRelated(d.Related),
			Fix: newJSONFix(d.Fix),
		}
	}
	return encodeJSON(w, report)
}

func encodeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func newJSONRange(r source.Range) *jsonRange {
	if r.IsZero() {
		return nil
	}
	return &jsonRange{Start: jsonPos(r.Start), End: jsonPos(r.End)}
}

func newJSONRelated(related []Related) []jsonRelated {
	list := make([]jsonRelated, len(related))
	for i, r := range related {
		list[i] = jsonRelated{Message: r.Message, File: r.At.File, Range: newJSONRange(r.At)}
	}
	return list
}

func newJSONFix(f *Fix) *jsonFix {
	if f == nil {
		return nil
	}
	j := jsonFix{Title: f.Title, Safe: !f.Unsafe, Edits: make([]jsonEdit, len(f.Edits))}
	for i, e := range f.Edits {
		j.Edits[i] = jsonEdit{Range: jsonRange{jsonPos(e.At.Start), jsonPos(e.At.End)}, Text: e.Text}
	}
	return &j
}
