package diag

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// githubPerLevel is how many annotations of one level GitHub shows for a step; it drops further ones without a word.
const githubPerLevel = 10

// summaryRows bounds the table of the step summary, of which GitHub takes 1 MiB.
const summaryRows = 200

// WriteGitHub writes workflow commands, which GitHub Actions shows beside the lines of a change. What is too much for it is counted in a
// last notice.
func WriteGitHub(w io.Writer, l List, run Run) error {
	b := bufio.NewWriter(w) // keeps the first error until Flush
	quota := map[Severity]int{Error: githubPerLevel, Warning: githubPerLevel, Info: githubPerLevel}
	if l.Count(Error) > githubPerLevel || l.Count(Warning) > githubPerLevel || l.Count(Info) > githubPerLevel {
		quota[Info]-- // the last notice is one too
	}
	more := 0
	for i := range l {
		if quota[l[i].Severity] == 0 {
			more++
			continue
		}
		quota[l[i].Severity]--
		writeGitHubCommand(b, &l[i], &run)
	}
	if more > 0 {
		fmt.Fprintf(b, "::notice title=tykctl::%d more not shown here; the log and the reports have them all\n", more)
	}
	return b.Flush()
}

func writeGitHubCommand(w io.Writer, d *Diagnostic, run *Run) {
	fmt.Fprintf(w, "::%s file=%s", githubLevel(d.Severity), githubProperty.Replace(Visible(run.relative(d.At.File))))
	if !d.At.IsZero() {
		fmt.Fprintf(w, ",line=%d,endLine=%d", d.At.Start.Line, d.At.End.Line)
		if d.At.Start.Line == d.At.End.Line { // GitHub refuses columns on a range of lines
			fmt.Fprintf(w, ",col=%d,endColumn=%d", d.At.Start.Column, d.At.End.Column)
		}
	}
	fmt.Fprintf(w, ",title=%s::%s\n", githubProperty.Replace(run.title(d.Code)), githubData.Replace(d.withHint()))
}

// The escapes of the runner: without them a document could end a command and begin another.
var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func githubLevel(s Severity) string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	default:
		return "notice"
	}
}

// WriteGitHubSummary writes the Markdown of a step summary: the numbers, then a table.
func WriteGitHubSummary(w io.Writer, l List, run Run) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "### tykctl validate\n\n%d errors, %d warnings, %d infos in %d files.\n", l.Count(Error), l.Count(Warning), l.Count(Info), len(run.Files))
	if len(l) > 0 {
		fmt.Fprint(b, "\n| | place | rule | message |\n| --- | --- | --- | --- |\n")
	}
	for i := range l[:min(len(l), summaryRows)] {
		d := &l[i]
		at := d.At
		at.File = run.relative(at.File)
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", d.Severity, cell(Visible(at.String())), cell(run.title(d.Code)), cell(d.withHint()))
	}
	if more := len(l) - summaryRows; more > 0 {
		fmt.Fprintf(b, "\n%d more are not shown.\n", more)
	}
	fmt.Fprintln(b)
	return b.Flush()
}

// cell keeps a text within its cell and a document from writing Markdown.
func cell(s string) string { return markdown.Replace(s) }

var markdown = strings.NewReplacer("|", `\|`, "\n", "<br>", "\r", "", "&", "&amp;", "<", "&lt;", ">", "&gt;",
	"`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, `\`, `\\`, "@", "&#64;", "#", "&#35;")
