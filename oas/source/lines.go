package source

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// runeBlock is the distance, in bytes, of the counts in lineIndex.runes: a position costs at most this many bytes of
// counting, also in a document of one long line.
const runeBlock = 1024

// lineIndex finds line and column of a byte offset.
type lineIndex struct {
	starts []int32 // offset of each line's first byte; the byte order mark is before the first line
	runes  []int32 // [k]: code points before byte k*runeBlock; nil when every byte is one
}

// newLineIndex counts LF, CRLF and CR as line endings.
func newLineIndex(text string) lineIndex {
	starts := make([]int32, 1, 16+len(text)/32)
	starts[0] = compact(bomLength(text))
	ascii := true
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\n', c == '\r' && !strings.HasPrefix(text[i+1:], "\n"):
			starts = append(starts, compact(i+1))
		case c >= 0x80:
			ascii = false
		}
	}
	if ascii {
		return lineIndex{starts: starts}
	}
	runes := make([]int32, 0, 1+len(text)/runeBlock)
	total := 0
	for i := 0; i <= len(text); i += runeBlock {
		runes = append(runes, compact(total))
		total += countRunes(text[i:min(i+runeBlock, len(text))])
	}
	return lineIndex{starts: starts, runes: runes}
}

// countRunes counts the bytes that begin a code point. Unlike utf8.RuneCountInString it may be given any part of a text,
// and the parts add up.
func countRunes(text string) int {
	n := 0
	for i := 0; i < len(text); i++ {
		if text[i]&0xC0 != 0x80 {
			n++
		}
	}
	return n
}

// runesBefore counts the code points before an offset.
func (x *lineIndex) runesBefore(text string, offset int) int {
	if x.runes == nil {
		return offset
	}
	block := offset / runeBlock
	return int(x.runes[block]) + countRunes(text[block*runeBlock:offset])
}

// pos is the place of a byte offset within text.
func (x *lineIndex) pos(text string, offset int) Pos {
	line, exact := slices.BinarySearch(x.starts, compact(offset))
	if exact {
		line++
	}
	if line == 0 { // within the byte order mark, which takes no column
		return Pos{Line: 1, Column: 1, Offset: offset}
	}
	start := int(x.starts[line-1])
	column := 1 + x.runesBefore(text, offset) - x.runesBefore(text, start)
	return Pos{Line: line, Column: column, Offset: offset}
}

// lineIndex is built when it is first needed: most documents are read without a complaint.
func (f *File) lineIndex() *lineIndex {
	f.linesOnce.Do(func() { f.lines = newLineIndex(f.text) })
	return &f.lines
}

// Span is the range from one byte offset to another. Offsets outside the file are moved to its nearest end.
func (f *File) Span(start, end int) Range {
	start = min(max(start, 0), len(f.text))
	end = min(max(end, start), len(f.text))
	x := f.lineIndex()
	return Range{File: f.Name, Start: x.pos(f.text, start), End: x.pos(f.text, end)}
}

// Around is the line of a position, without its line ending and without the byte order mark: all of it, or as much as lies within so many bytes
// of the position, with the column at which that begins. What it costs does not depend on the length of the line.
func (f *File) Around(p Pos, within int) (part string, column int) {
	x := f.lineIndex()
	if p.Line < 1 || p.Line > len(x.starts) {
		return "", 1
	}
	start, end := int(x.starts[p.Line-1]), len(f.text)
	if p.Line < len(x.starts) {
		end = int(x.starts[p.Line])
	}
	at := min(max(p.Offset, start), end)
	from, to := max(start, at-within), min(end, at+within)
	for from > start && !utf8.RuneStart(f.text[from]) {
		from--
	}
	for to < end && !utf8.RuneStart(f.text[to]) {
		to++
	}
	return strings.TrimRight(f.text[from:to], "\r\n"), 1 + x.runesBefore(f.text, from) - x.runesBefore(f.text, start)
}

// bomLength is 3 when the text begins with a UTF-8 byte order mark.
func bomLength(text string) int {
	if strings.HasPrefix(text, "\uFEFF") {
		return len("\uFEFF")
	}
	return 0
}
