package config

import (
	"encoding/json"
	"io"

	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// The shapes of WriteJSON. Version 1: fields may be added, none is removed or changed.

type originJSON struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// valueJSON is a setting; without an origin it is the default.
type valueJSON struct {
	Value  any         `json:"value"`
	Origin *originJSON `json:"origin,omitempty"`
}

type settingsJSON struct {
	Target *valueJSON              `json:"target,omitempty"`
	Rules  map[diag.Code]valueJSON `json:"rules,omitempty"`
}

type overrideJSON struct {
	Files []valueJSON `json:"files"`
	settingsJSON
}

type configJSON struct {
	SchemaVersion int       `json:"schemaVersion"`
	Sources       []string  `json:"sources"` // the configuration file, and those it extends; empty without one
	Extends       valueJSON `json:"extends"`
	settingsJSON
	Overrides   []overrideJSON `json:"overrides"`
	Ignore      []valueJSON    `json:"ignore"`
	Policies    *valueJSON     `json:"policies,omitempty"`
	Baseline    *valueJSON     `json:"baseline,omitempty"`
	FailOn      valueJSON      `json:"failOn"`
	MaxWarnings *valueJSON     `json:"maxWarnings,omitempty"`
}

type filesJSON struct {
	SchemaVersion int        `json:"schemaVersion"`
	Sources       []string   `json:"sources"`
	Files         []fileJSON `json:"files"`
}

type fileJSON struct {
	File    string     `json:"file"`
	Ignored valueJSON  `json:"ignored"`
	Target  *valueJSON `json:"target,omitempty"`
	Rules   []ruleJSON `json:"rules"`
}

type ruleJSON struct {
	Code     diag.Code   `json:"code"`
	Name     string      `json:"name"`
	Severity string      `json:"severity"`
	From     string      `json:"from"` // "default", "strict" or "file"
	Origin   *originJSON `json:"origin,omitempty"`
}

// WriteJSON is WriteYAML as one JSON object.
func (c *Config) WriteJSON(w io.Writer) error {
	j := configJSON{
		SchemaVersion: 1,
		Sources:       append([]string{}, c.Sources...),
		Extends:       value(c.presetName(), c.preset.At),
		settingsJSON:  c.general.json(),
		Overrides:     []overrideJSON{},
		Ignore:        c.patternsJSON(c.ignore),
		FailOn:        value(c.failOn(), c.FailOn.At),
		Policies:      stated(c.Policies, c.fromHere(c.Policies.V)),
		Baseline:      stated(c.Baseline, c.fromHere(c.Baseline.V)),
		MaxWarnings:   stated(c.MaxWarnings, c.MaxWarnings.V),
	}
	for i := range c.overrides {
		o := &c.overrides[i]
		j.Overrides = append(j.Overrides, overrideJSON{c.patternsJSON(o.files), o.json()})
	}
	return encode(w, j)
}

// WriteFileJSON is WriteFileYAML as one JSON object.
func (c *Config) WriteFileJSON(w io.Writer, files []string) error {
	j := filesJSON{SchemaVersion: 1, Sources: append([]string{}, c.Sources...), Files: []fileJSON{}}
	for _, file := range files {
		s := c.settings(file)
		f := fileJSON{File: file, Target: stated(s.target, s.target.V)}
		ignored, by := matches(c.ignore, c.place(file))
		f.Ignored = valueJSON{Value: ignored}
		if by != nil {
			f.Ignored.Origin = startOf(by.at)
		}
		for _, r := range check.Rules() {
			severity, from, at := c.inForce(r, file)
			f.Rules = append(f.Rules, ruleJSON{r.Code, r.Name, word(severity), from, startOf(at)})
		}
		j.Files = append(j.Files, f)
	}
	return encode(w, j)
}

func (c *Config) patternsJSON(list []pattern) []valueJSON {
	out := []valueJSON{}
	for i := range list {
		out = append(out, value(c.seen(&list[i]), list[i].at))
	}
	return out
}

func (s *settings) json() settingsJSON {
	j := settingsJSON{Target: stated(s.target, s.target.V), Rules: map[diag.Code]valueJSON{}}
	for code, v := range s.rules {
		j.Rules[code] = value(word(v.V), v.At)
	}
	return j
}

func value(v any, at source.Range) valueJSON { return valueJSON{v, startOf(at)} }

// stated is a value for a setting that was made, written as v.
func stated[T any](s Value[T], v any) *valueJSON {
	if !s.Set() {
		return nil
	}
	j := value(v, s.At)
	return &j
}

// startOf is where a range begins.
func startOf(at source.Range) *originJSON {
	if at.IsZero() {
		return nil
	}
	return &originJSON{at.File, at.Start.Line, at.Start.Column}
}

func encode(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
