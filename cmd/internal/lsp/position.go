package lsp

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// encoding is the unit in which client and server count the characters of a line.
type encoding string

// The encodings of the protocol. UTF-16 is what every client knows.
const (
	utf8Units  encoding = "utf-8"
	utf16Units encoding = "utf-16"
	utf32Units encoding = "utf-32"
)

// negotiate picks the first encoding of the client's list that is known here.
func negotiate(offered []encoding) encoding {
	for _, e := range offered {
		if e == utf8Units || e == utf16Units || e == utf32Units {
			return e
		}
	}
	return utf16Units
}

// width is how many units a code point takes.
func (e encoding) width(r rune) int {
	switch {
	case e == utf8Units:
		return utf8.RuneLen(r)
	case e == utf16Units && r >= 0x10000:
		return 2
	}
	return 1
}

// text is what a document says, and where its lines are. It never changes.
type text struct {
	data   string
	starts []int // of the lines
}

// newText finds the lines of a text: they end at LF, CRLF and CR, as in package source.
func newText(data string) *text {
	t := &text{data: data, starts: []int{0}}
	for i := 0; i < len(data); i++ {
		if c := data[i]; c == '\n' || c == '\r' && !strings.HasPrefix(data[i+1:], "\n") {
			t.starts = append(t.starts, i+1)
		}
	}
	return t
}

// fileText is newText for the bytes of a file. Editors take a byte order mark off when they open one, so no position counts it.
func fileText(data string) *text {
	t := newText(data)
	if strings.HasPrefix(data, "\uFEFF") {
		t.starts[0] = len("\uFEFF")
	}
	return t
}

// line is where a line of the text begins and ends, without its line ending.
func (t *text) line(n int) (start, end int) {
	start = t.starts[n]
	if n == len(t.starts)-1 {
		return start, len(t.data)
	}
	end = t.starts[n+1] - 1
	if t.data[end] == '\n' && end > start && t.data[end-1] == '\r' {
		end--
	}
	return start, end
}

// lineAt is the number of the line that an offset is in.
func (t *text) lineAt(offset int) int {
	n, found := slices.BinarySearch(t.starts, offset)
	if found {
		return n
	}
	return max(0, n-1)
}

// position is where a byte offset is for the client. One within a line ending is at the end of the line.
func (t *text) position(offset int, e encoding) position {
	offset = min(max(offset, 0), len(t.data))
	n := t.lineAt(offset)
	start, end := t.line(n)
	units := 0
	for i, r := range t.data[start:end] {
		if start+i >= offset {
			break
		}
		units += e.width(r)
	}
	return position{Line: uint32(n), Character: uint32(units)}
}

// offset is the byte offset of a position. What lies beyond a line is at its end, beyond the last line at the end of the text, and within a
// code point at its beginning.
func (t *text) offset(p position, e encoding) int {
	if int64(p.Line) >= int64(len(t.starts)) {
		return len(t.data)
	}
	start, end := t.line(int(p.Line))
	left := int64(p.Character)
	for i, r := range t.data[start:end] {
		left -= int64(e.width(r))
		if left < 0 {
			return start + i
		}
	}
	return end
}

// span is the range between two byte offsets.
func (t *text) span(start, end int, e encoding) textRange {
	return textRange{Start: t.position(start, e), End: t.position(max(start, end), e)}
}

// edit applies one change of a client. A change without a range is the whole text.
func (t *text) edit(c contentChange, e encoding) *text {
	if c.Range == nil {
		return newText(c.Text)
	}
	start, end := t.offset(c.Range.Start, e), t.offset(c.Range.End, e)
	end = max(start, end)
	return newText(t.data[:start] + c.Text + t.data[end:])
}
