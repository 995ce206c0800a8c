package diag

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/oas/source"
)

// Texts gives the files that diagnostics speak of, by name; nil for a file that could not be read. Writers take excerpts from it.
type Texts func(name string) *source.File

// excerptWidth is how many columns of a terminal a source line may take. Longer lines, such as those of minified JSON, are cut around
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
	fmt.Fprintf(p.w, "%s: %s %s [%s]\n", p.styled(styleBold, Visible(d.At.String())), p.styled(style, d.Severity.String()+":"), Visible(d.Message), d.Code)
	p.excerpt(d.At, style)
	for _, r := range d.Related {
		fmt.Fprintf(p.w, "  %s: %s\n", Visible(r.At.String()), Visible(r.Message))
	}
	if d.Hint != "" {
		fmt.Fprintf(p.w, "  %s %s\n", p.styled(styleBold, "hint:"), Visible(d.Hint))
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
	part, column := file.Around(at.Start, clipBytes)
	text, before, marked := window(part, at.Start.Column-column+1, end-column+1)
	if strings.TrimSpace(text) == "" {
		return
	}
	number := fmt.Sprintf("%5d |", at.Start.Line)
	fmt.Fprintf(p.w, "%s %s\n", p.styled(styleFaint, number), text)
	fmt.Fprintf(p.w, "%s %s%s\n", p.styled(styleFaint, "      |"), strings.Repeat(" ", before), p.styled(style, strings.Repeat("^", marked)))
}

// clipBytes is how much of a line is looked at on either side of the place that matters. A minified document is one line of megabytes.
const clipBytes = 2048

// window cuts a line around columns start to end (from 1, end exclusive) and makes it printable. It returns the text, the width of what stands
// in front of the marked part and that of the marked part, at least 1.
func window(line string, start, end int) (text string, before, marked int) {
	list := glyphs(maskSecrets(line))
	first, last := covering(list, start, end)
	from, to := shown(list, first)
	var b strings.Builder
	if from > 0 {
		b.WriteString("…")
		before++
	}
	for i := from; i < to; i++ {
		b.WriteString(list[i].text)
		switch {
		case i < first:
			before += list[i].width
		case i < last:
			marked += list[i].width
		}
	}
	if to < len(list) {
		b.WriteString("…")
	}
	return b.String(), before, max(1, marked)
}

// covering returns the glyphs that columns start to end fall into, from first to before last.
func covering(list []glyph, start, end int) (first, last int) {
	column := 1
	for first < len(list) && column+list[first].points <= start {
		column += list[first].points
		first++
	}
	for last = first; last < len(list) && column < end; last++ {
		column += list[last].points
	}
	return first, last
}

// shown returns the glyphs around one of them that excerptWidth has room for: a third of the room is for what stands in front.
func shown(list []glyph, at int) (from, to int) {
	from = back(list, at, excerptWidth/3)
	room := excerptWidth
	for to = from; to < len(list) && list[to].width <= room; to++ {
		room -= list[to].width
	}
	if to == len(list) {
		from = back(list, from, room)
	}
	return from, to
}

// back goes back from a glyph as far as there is room.
func back(list []glyph, from, room int) int {
	for from > 0 && list[from-1].width <= room {
		from--
		room -= list[from].width
	}
	return from
}

// secretPart matches what holds a secret: a member of a telling name, up to its value, or the credentials in a URL. A CI log is no place for
// one, even where the document is public.
var secretPart = regexp.MustCompile(`(?i)(["']?\b(?:sharedSecret|secret|clientSecret|password(?:Hash)?|source)["']?\s*:\s*)("(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,{}\[\]"'][^,{}\[\]]*)|(://)([^/?#@\s"']+)@`)

// secretWords are what every match of secretPart holds one of: most lines need no look at the expression, which is slow.
var secretWords = []string{"secret", "password", "source", "://"}

// maskSecrets replaces the characters of secrets, not their number: columns stay true.
func maskSecrets(line string) string {
	if lower := strings.ToLower(line); !slices.ContainsFunc(secretWords, func(w string) bool { return strings.Contains(lower, w) }) {
		return line
	}
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
