package diag

import (
	"encoding/xml"
	"io"
	"strings"
)

type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		File    string        `xml:"file,attr"`
		Failure *junitFailure `xml:"failure"`
		Out     string        `xml:"system-out,omitempty"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes one suite a file and, in it, one case for each rule that found something; a clean file has one case that passes.
// What does not fail the run does not fail a case: it stands in the output of a case that passes.
func WriteJUnit(w io.Writer, l List, run Run) error {
	all := junitSuites{Name: "tykctl"}
	for _, file := range byFile(l, &run) {
		suite := newJUnitSuite(file, &run)
		all.Tests += suite.Tests
		all.Failures += suite.Failures
		all.Suites = append(all.Suites, suite)
	}
	return encodeXML(w, all)
}

func newJUnitSuite(file fileFindings, run *Run) junitSuite {
	name := Visible(run.relative(file.name))
	suite := junitSuite{Name: name}
	byRule := map[Code]List{}
	var order []Code
	for i := range file.list {
		c := file.list[i].Code
		if byRule[c] == nil {
			order = append(order, c)
		}
		byRule[c] = append(byRule[c], file.list[i])
	}
	for _, code := range order {
		c := newJUnitCase(byRule[code], run)
		c.Name, c.Class, c.File = run.title(code), name, name
		if c.Failure != nil {
			suite.Failures++
		}
		suite.Cases = append(suite.Cases, c)
	}
	if len(suite.Cases) == 0 {
		suite.Cases = []junitCase{{Name: "no problems", Class: name, File: name}}
	}
	suite.Tests = len(suite.Cases)
	return suite
}

// newJUnitCase puts the findings of one rule in one file into a case.
func newJUnitCase(l List, run *Run) junitCase {
	var c junitCase
	var failing, other []string
	for i := range l {
		d := &l[i]
		line := Visible(d.At.String()) + ": " + d.Severity.String() + ": " + d.withHint()
		if !run.failing(d.Severity) {
			other = append(other, line)
			continue
		}
		if c.Failure == nil {
			c.Failure = &junitFailure{Message: Visible(d.Message), Type: d.Severity.String()}
		}
		failing = append(failing, line)
	}
	if c.Failure != nil {
		c.Failure.Text = strings.Join(failing, "\n")
	}
	c.Out = strings.Join(other, "\n")
	return c
}

// encodeXML writes a document that ends with a newline. Characters that XML cannot hold become U+FFFD.
func encodeXML(w io.Writer, v any) error {
	data, err := xml.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(data)+"\n")
	return err
}
