package diag

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/tykctl/tykctl/oas/source"
)

// Texts gives the files that diagnostics speak of, by name; nil for a file that could not be read. Writers take excerpts from it.
type Texts func(name string) *source.File

// excerptWidth is how many columns of a source line are shown. Longer lines, such as those of minified JSON, are cut around
// the place that matters.
const excerptWidth = 100

// WriteText writes diagnostics for people: the place in the form of a compiler message, the source line with the place underlined,
// then the hint. The list is written in the order it has.
func WriteText(w io.Writer, l List, texts Texts, color bool) error {
	p := textPrinter{w: bufio.NewWriter(w), texts: texts, color: color}
	for i := range l {
		p.diagnostic(&l[i])
	}
	return p.w.Flush()
}

type textPrinter struct {
	w     *bufio.Writer // keeps the first error until Flush
	texts Texts
	color bool
}

// The terminal attributes of each part (ECMA-48 SGR).
const (
	styleBold    = "1"
	styleError   = "1;31"
	styleWarning = "1;33"
	styleInfo    = "1;36"
	styleFaint   = "2"
)

func (p *textPrinter) styled(style, text string) string {
	if !p.color {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

func severityStyle(s Severity) string {
	switch s {
	case Error:
		return styleError
	case Warning:
		return styleWarning
	default:
		return styleInfo
	}
}

func (p *textPrinter) diagnostic(d *Diagnostic) {
	style := severityStyle(d.Severity)
	fmt.Fprintf(p.w, "%s: %s %s [%s]\n", p.styled(styleBold, d.At.String()), p.styled(style, d.Severity.String()+":"), d.Message, d.Code)
	p.excerpt(d.At, style)
	for _, r := range d.Related {
		fmt.Fprintf(p.w, "  %s: %s\n", r.At, r.Message)
	}
	if d.Hint != "" {
		fmt.Fprintf(p.w, "  %s %s\n", p.styled(styleBold, "hint:"), d.Hint)
	}
}

func (p *textPrinter) excerpt(at source.Range, style string) {
	if at.IsZero() || p.texts == nil {
		return
	}
	file := p.texts(at.File)
	if file == nil {
		return
	}
	end := math.MaxInt // of the line
	if at.End.Line == at.Start.Line {
		end = at.End.Column
	}
	text, before, marked := window(clip(file.Line(at.Start.Line), at.Start.Column, end))
	if strings.TrimSpace(text) == "" {
		return
	}
	number := fmt.Sprintf("%5d |", at.Start.Line)
	fmt.Fprintf(p.w, "%s %s\n", p.styled(styleFaint, number), text)
	fmt.Fprintf(p.w, "%s %s%s\n", p.styled(styleFaint, "      |"), strings.Repeat(" ", before), p.styled(style, strings.Repeat("^", marked)))
}

// clipBytes is how much of a line is looked at on either side of the place that matters. A minified document is one line of megabytes.
const clipBytes = 2048

// clip cuts a long line down to the neighbourhood of column start, and counts the columns anew.
func clip(line string, start, end int) (part string, newStart, newEnd int) {
	if len(line) <= 2*clipBytes {
		return line, start, end
	}
	at := len(line)
	column := 1
	for i := range line {
		if column == start {
			at = i
			break
		}
		column++
	}
	from, to := max(0, at-clipBytes), min(len(line), at+clipBytes)
	for from > 0 && !utf8.RuneStart(line[from]) {
		from--
	}
	for to < len(line) && !utf8.RuneStart(line[to]) {
		to++
	}
	newStart = utf8.RuneCountInString(line[from:at]) + 1
	return line[from:to], newStart, newStart + (end - start)
}

// window cuts a line around columns start to end (from 1, end exclusive) and makes it printable. It returns the text, the columns in front
// of the marked part and the width of the marked part, at least 1.
func window(line string, start, end int) (text string, before, marked int) {
	runes := []rune(maskSecrets(line))
	start = max(1, min(start, len(runes)+1))
	end = max(start+1, min(end, len(runes)+1))
	from, to := 0, len(runes)
	if len(runes) > excerptWidth {
		from = max(0, min(start-1-excerptWidth/3, len(runes)-excerptWidth))
		to = min(len(runes), from+excerptWidth)
		end = min(end, to+1)
	}
	var b strings.Builder
	if from > 0 {
		b.WriteString("…")
		before++
	}
	for i := from; i < to; i++ {
		r := printable(runes[i])
		b.WriteRune(r)
		switch {
		case i < start-1:
			before++
		case i < end-1:
			marked++
		}
	}
	if to < len(runes) {
		b.WriteString("…")
	}
	return b.String(), before, max(1, marked)
}

// printable keeps one column a code point, so that the marks stay under what they mark, and keeps terminals from obeying a document.
func printable(r rune) rune {
	switch {
	case r == '\t':
		return ' '
	case r < 0x20 || r >= 0x7f && r < 0xa0:
		return '·'
	default:
		return r
	}
}

// secretPart matches what holds a secret: a member of a telling name, up to its value, or the credentials in a URL. A CI log is no place for
// one, even where the document is public.
var secretPart = regexp.MustCompile(`(?i)(["']?\b(?:sharedSecret|secret|clientSecret|password|source)["']?\s*:\s*)("(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,{}\[\]"'][^,{}\[\]]*)|(://)([^/?#@\s"']+)@`)

// maskSecrets replaces the characters of secrets, not their number: columns stay true.
func maskSecrets(line string) string {
	return secretPart.ReplaceAllStringFunc(line, func(m string) string {
		parts := secretPart.FindStringSubmatch(m)
		if parts[3] != "" {
			return parts[3] + stars(parts[4]) + "@"
		}
		return parts[1] + stars(parts[2])
	})
}

func stars(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '"' || r == '\'' {
			return r
		}
		return '*'
	}, s)
}
