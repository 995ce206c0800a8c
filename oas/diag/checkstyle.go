package diag

import (
	"encoding/xml"
	"io"
)

type (
	checkstyleReport struct {
		XMLName xml.Name         `xml:"checkstyle"`
		Version string           `xml:"version,attr"`
		Files   []checkstyleFile `xml:"file"`
	}
	checkstyleFile struct {
		Name   string            `xml:"name,attr"`
		Errors []checkstyleError `xml:"error"`
	}
	checkstyleError struct {
		Line     int    `xml:"line,attr"`
		Column   int    `xml:"column,attr,omitempty"`
		Severity string `xml:"severity,attr"` // error, warning and info are Checkstyle's words too
		Message  string `xml:"message,attr"`
		Source   string `xml:"source,attr"`
	}
)

// WriteCheckstyle writes the report of Checkstyle, which names clean files too. Its version is that of the format which readers know.
func WriteCheckstyle(w io.Writer, l List, run Run) error {
	report := checkstyleReport{Version: "4.3"}
	for _, file := range byFile(l, &run) {
		f := checkstyleFile{Name: Visible(run.relative(file.name))}
		for i := range file.list {
			d := &file.list[i]
			f.Errors = append(f.Errors, checkstyleError{
				Line: firstLine(d.At), Column: d.At.Start.Column, Severity: d.Severity.String(),
				Message: d.withHint(), Source: "tykctl." + string(d.Code),
			})
		}
		report.Files = append(report.Files, f)
	}
	return encodeXML(w, report)
}
