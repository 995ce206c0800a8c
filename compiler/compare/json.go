package compare

import (
	"encoding/json"
	"io"

	"github.com/tykctl/tykctl/oas/source"
)

// JSONVersion is the version of the report that WriteJSON writes. It grows when a consumer of the former version would misread the new one.
const JSONVersion = 1

type jsonReport struct {
	SchemaVersion int            `json:"schemaVersion"`
	Tool          jsonTool       `json:"tool"`
	Summary       map[string]int `json:"summary"` // by class; cosmetic counts what is not shown as well
	Subjects      []jsonSubject  `json:"subjects"`
}

type jsonTool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type jsonSubject struct {
	Kind    string       `json:"kind"`
	ID      string       `json:"id"`
	Name    string       `json:"name,omitempty"`
	Action  Action       `json:"action"`
	Class   string       `json:"class,omitempty"` // of what is added or removed as a whole
	File    string       `json:"file,omitempty"`
	Changes []jsonChange `json:"changes"`
}

type jsonChange struct {
	Class   string         `json:"class"`
	What    string         `json:"what"`
	Action  Action         `json:"action"`
	Before  string         `json:"before,omitempty"`
	After   string         `json:"after,omitempty"`
	Hidden  bool           `json:"hidden,omitempty"` // something of the values is not shown
	Pointer source.Pointer `json:"pointer,omitempty"`
	File    string         `json:"file,omitempty"`
	Line    int            `json:"line,omitempty"`
	Column  int            `json:"column,omitempty"`
}

// WriteJSON writes a report for programs. Left is how many cosmetic differences are not in it.
func WriteJSON(w io.Writer, r *Report, left int, version string) error {
	out := jsonReport{SchemaVersion: JSONVersion, Tool: jsonTool{"tykctl", version}, Summary: map[string]int{}, Subjects: []jsonSubject{}}
	for _, c := range Classes() {
		out.Summary[c.String()] = r.Count(c)
	}
	out.Summary[Cosmetic.String()] += left
	for _, s := range r.Subjects {
		js := jsonSubject{Kind: s.Kind, ID: s.ID, Name: s.Name, Action: s.Action, File: s.At.File, Changes: []jsonChange{}}
		if s.Action != Changed {
			js.Class = s.Class.String()
		}
		for _, c := range s.Changes {
			js.Changes = append(js.Changes, jsonChange{
				c.Class.String(), c.What, c.Action, c.Old, c.New, c.Hidden, c.Pointer, c.At.File, c.At.Start.Line, c.At.Start.Column,
			})
		}
		out.Subjects = append(out.Subjects, js)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}
