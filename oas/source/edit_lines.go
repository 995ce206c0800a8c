package source

import (
	"sort"
	"strings"
)

// lineOf is the index of the line that an offset is in.
func (f *File) lineOf(at int) int {
	starts := f.lineIndex().starts
	return max(0, sort.Search(len(starts), func(i int) bool { return int(starts[i]) > at })-1)
}

// lineStart is where the line of an offset begins.
func (f *File) lineStart(at int) int { return int(f.lineIndex().starts[f.lineOf(at)]) }

// lineAfter is where the line after that of an offset begins; the end of the file when there is none.
func (f *File) lineAfter(at int) int {
	if i := f.lineOf(at) + 1; i < len(f.lineIndex().starts) {
		return int(f.lineIndex().starts[i])
	}
	return len(f.text)
}

// lineEnd is where the line of an offset ends, without its line ending.
func (f *File) lineEnd(at int) int {
	start := f.lineStart(at)
	return start + len(strings.TrimRight(f.text[start:f.lineAfter(at)], "\r\n"))
}

// lineBreak is how the line of an offset ends, or else the lines before it.
func (f *File) lineBreak(at int) string {
	for {
		if s := f.text[f.lineEnd(at):f.lineAfter(at)]; s != "" {
			return s
		}
		start := f.lineStart(at)
		if f.lineOf(at) == 0 {
			return "\n"
		}
		at = start - 1
	}
}

// isBlank reports whether there is nothing but blanks from start to end.
func (f *File) isBlank(start, end int) bool {
	return start <= end && strings.Trim(f.text[start:end], " \t") == ""
}

// endsLine reports whether nothing but blanks and, in YAML, a comment follows on the line of an offset. YAML knows more line breaks than a
// lineIndex: a line with one of those is left alone.
func (f *File) endsLine(at int) bool {
	rest := f.text[at:f.lineEnd(at)]
	if f.format == JSON {
		return strings.Trim(rest, " \t") == ""
	}
	if strings.ContainsAny(rest, "\u0085\u2028\u2029") {
		return false
	}
	text := strings.TrimLeft(rest, " \t")
	return text == "" || text[0] == '#' && len(text) < len(rest)
}

// skipBlanks goes past spaces and tabs.
func skipBlanks(s string, at int) int {
	for at < len(s) && (s[at] == ' ' || s[at] == '\t') {
		at++
	}
	return at
}

// skipSpace goes past white space and, in YAML, comments.
func (f *File) skipSpace(at int) int {
	for at < len(f.text) {
		switch c := f.text[at]; {
		case isSpace(c):
			at++
		case c == '#' && f.format == YAML:
			at = f.lineEnd(at)
		default:
			return at
		}
	}
	return at
}

// skipWhite goes past white space only.
func (f *File) skipWhite(at int) int {
	for at < len(f.text) && isSpace(f.text[at]) {
		at++
	}
	return at
}

// skipWhiteBack goes back over white space.
func (f *File) skipWhiteBack(at int) int {
	for at > 0 && isSpace(f.text[at-1]) {
		at--
	}
	return at
}

// dashes is the column at which a block collection begins, in bytes, and whether nothing but spaces and dashes stands before it.
func (f *File) dashes(start int) (column int, ok bool) {
	prefix := f.text[f.lineStart(start):start]
	for _, word := range strings.Split(prefix, " ") {
		if word != "" && word != "-" {
			return 0, false
		}
	}
	return len(prefix), true
}
