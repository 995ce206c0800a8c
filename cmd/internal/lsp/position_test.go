package lsp

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/tykctl/tykctl/oas/source"
)

var encodings = []encoding{utf8Units, utf16Units, utf32Units}

func TestPositions(t *testing.T) {
	const s = "a犬b\r\n🐕x\ry\n"
	for _, test := range []struct {
		offset int
		enc    encoding
		want   position
	}{
		{0, utf16Units, position{0, 0}},
		{1, utf16Units, position{0, 1}},
		{4, utf16Units, position{0, 2}},
		{4, utf8Units, position{0, 4}},
		{4, utf32Units, position{0, 2}},
		{5, utf16Units, position{0, 3}},
		{6, utf16Units, position{0, 3}}, // between CR and LF
		{7, utf16Units, position{1, 0}},
		{11, utf16Units, position{1, 2}},
		{11, utf8Units, position{1, 4}},
		{11, utf32Units, position{1, 1}},
		{13, utf16Units, position{2, 0}},
		{15, utf16Units, position{3, 0}},
		{99, utf16Units, position{3, 0}},
	} {
		if got := newText(s).position(test.offset, test.enc); got != test.want {
			t.Errorf("byte %d in %s: got %v, want %v", test.offset, test.enc, got, test.want)
		}
	}
	for _, test := range []struct {
		at   position
		enc  encoding
		want int
	}{
		{position{0, 2}, utf16Units, 4},
		{position{0, 99}, utf16Units, 5},  // behind the line: its end
		{position{1, 1}, utf16Units, 7},   // within the dog: before it
		{position{1, 3}, utf8Units, 7},    // the same
		{position{0, 2}, utf8Units, 1},    // within the other dog
		{position{3, 7}, utf16Units, 15},  // behind the last line
		{position{99, 0}, utf16Units, 15}, // behind the text
		{position{1 << 31, 1 << 31}, utf32Units, 15},
	} {
		if got := newText(s).offset(test.at, test.enc); got != test.want {
			t.Errorf("%v in %s: got byte %d, want %d", test.at, test.enc, got, test.want)
		}
	}
}

// words are what line ends, code points of every width and things that look like them are made of.
var words = rapid.SliceOf(rapid.SampledFrom([]string{"a", " ", "é", "犬", "🐕", "👩‍🚀", "\n", "\r", "\r\n", "\u2028", "\uFEFF", "é"}))

// TestPositionsProperty compares with the plainest way to count, and with package source.
func TestPositionsProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(words.Draw(t, "text"), "")
		x := newText(s)
		for i := range s {
			if i > 0 && s[i-1] == '\r' && s[i] == '\n' {
				continue // no place for a cursor
			}
			line, column := 0, ""
			for j, r := range s[:i] {
				column += string(r)
				if r == '\n' || r == '\r' && s[j+1] != '\n' {
					line, column = line+1, ""
				}
			}
			counts := map[encoding]int{utf8Units: len(column), utf16Units: len(utf16.Encode([]rune(column))), utf32Units: utf8.RuneCountInString(column)}
			for _, e := range encodings {
				want := position{uint32(line), uint32(counts[e])}
				if got := x.position(i, e); got != want {
					t.Fatalf("byte %d of %q in %s: got %v, want %v", i, s, e, got, want)
				}
				if back := x.offset(want, e); back != i {
					t.Fatalf("%v of %q in %s: got byte %d, want %d", want, s, e, back, i)
				}
			}
		}
	})
}

// TestPositionsOfSource holds that both packages mean the same lines and code points: what is found in a file is marked where it stands.
func TestPositionsOfSource(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := "- " + strings.ReplaceAll(strings.Join(words.Draw(t, "text"), ""), "\uFEFF", "")
		file, err := source.Index("x.yaml", []byte(s))
		if err != nil {
			t.Skip("not YAML")
		}
		for i := range s + "$" {
			if i > 0 && i < len(s) && s[i-1] == '\r' && s[i] == '\n' {
				continue
			}
			at := file.Span(i, i).Start
			if got := fileText(s).position(i, utf32Units); got != (position{uint32(at.Line - 1), uint32(at.Column - 1)}) {
				t.Fatalf("byte %d of %q: got %v, package source has %d:%d", i, s, got, at.Line, at.Column)
			}
		}
	})
}

func TestByteOrderMark(t *testing.T) {
	x := fileText("\uFEFFab")
	if got := x.position(4, utf16Units); got != (position{0, 1}) {
		t.Errorf("got %v, want the place that an editor shows, which takes the mark off", got)
	}
	if got := x.position(0, utf16Units); got != (position{}) {
		t.Errorf("within the mark: got %v", got)
	}
}

// TestPlace looks at what is marked: one line of what takes several, and of a file that cannot be read what the finding itself knows.
func TestPlace(t *testing.T) {
	file, err := source.Index("x.yaml", []byte("🐕: b\r\nc: d\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		text *text
		at   source.Range
		want textRange
	}{
		{"the whole document", fileText(file.Text()), file.At(""), textRange{position{0, 0}, position{0, 5}}},
		{"one value", fileText(file.Text()), file.At("/c"), textRange{position{1, 3}, position{1, 4}}},
		{"without the text", nil, file.At("/c"), textRange{position{1, 3}, position{1, 3}}},
		{"no place", fileText(file.Text()), source.Range{File: "x.yaml"}, textRange{}},
	} {
		if got := place(test.text, test.at, utf16Units); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

// TestEditsProperty holds that changes told one by one give the text that the editor has.
func TestEditsProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := rapid.SampledFrom(encodings).Draw(t, "encoding")
		s := strings.Join(words.Draw(t, "text"), "")
		x := newText(s)
		for range 3 {
			from := rapid.SampledFrom(append(boundaries(s), len(s))).Draw(t, "from")
			to := rapid.SampledFrom(append(boundaries(s), len(s))).Draw(t, "to")
			from, to = min(from, to), max(from, to)
			insert := strings.Join(words.Draw(t, "insert"), "")
			r := x.span(from, to, e)
			s = s[:from] + insert + s[to:]
			x = x.edit(contentChange{&r, insert}, e)
			if x.data != s {
				t.Fatalf("got %q, want %q", x.data, s)
			}
			if again := newText(s); len(again.starts) != len(x.starts) {
				t.Fatalf("got %d lines, want %d", len(x.starts), len(again.starts))
			}
		}
	})
}

// boundaries are the places where a cursor can be.
func boundaries(s string) []int {
	var list []int
	for i := range s {
		if i == 0 || s[i-1] != '\r' || s[i] != '\n' {
			list = append(list, i)
		}
	}
	return list
}
