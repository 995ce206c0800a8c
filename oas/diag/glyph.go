package diag

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// tabWidth is how far apart the tab stops of an excerpt are: those of a terminal, eight columns, would push an indented line out of view.
const tabWidth = 4

// glyph is what a terminal draws in one place: a grapheme cluster (UAX #29), made harmless. Columns of a document are code points; a
// Chinese character is one of them and two columns wide, a family of emoji seven of them and two columns wide.
type glyph struct {
	text   string
	points int // code points in the document
	width  int // columns on a terminal
}

func glyphs(line string) []glyph {
	list := make([]glyph, 0, len(line))
	column := 0
	add := func(text string, width int) {
		item := glyph{text, points(text), width}
		switch first, size := utf8.DecodeRuneInString(text); {
		case first == utf8.RuneError && size == 1:
			item.text, item.width = "\uFFFD", 1 // a byte that belongs to no character
		case first == '\t':
			item.width = tabWidth - column%tabWidth
			item.text = strings.Repeat(" ", item.width)
		case hidden(first):
			item.text = names(text)
			item.width = len(item.text)
		}
		column += item.width
		list = append(list, item)
	}
	for g := displaywidth.StringGraphemes(line); g.Next(); {
		text := g.Value()
		if utf8.ValidString(text) {
			add(text, g.Width())
			continue
		}
		for len(text) > 0 {
			r, size := utf8.DecodeRuneInString(text)
			add(text[:size], displaywidth.Rune(r))
			text = text[size:]
		}
	}
	return list
}

// points counts code points as package source does: the bytes that begin one.
func points(s string) int {
	n := 0
	for i := range len(s) {
		if utf8.RuneStart(s[i]) {
			n++
		}
	}
	return n
}

// hidden reports whether a character at the head of a cluster is obeyed or invisible instead of shown: controls of both sets, which a terminal
// takes for commands, those of direction, which let a line read as another one, line separators, zero-width spaces. Joiners stay in emoji and
// in scripts that need them: there they are inside a cluster.
func hidden(r rune) bool {
	if r >= ' ' && r <= '~' {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// names is the form in which less and git show such characters: <U+202E>. No escape of JSON, YAML or Go looks like it.
func names(s string) string {
	var b strings.Builder
	for _, r := range s {
		fmt.Fprintf(&b, "<U+%04X>", r)
	}
	return b.String()
}

// oneLine keeps a text in its line; a document must not begin another one.
var oneLine = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ")

// Visible is a message or a name as people may be shown it, on a terminal or in a log.
func Visible(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for _, g := range glyphs(oneLine.Replace(s)) {
		b.WriteString(g.text)
	}
	return b.String()
}

// plain reports whether a text is printable ASCII.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
