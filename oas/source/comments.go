package source

import (
	"slices"
	"sort"
	"strings"
)

// Comment is a comment of a YAML document.
type Comment struct {
	Text string // from the word that was looked for to the end of the line
	At   Range  // from the # on
	// Of are the values that the comment belongs to: what begins first in its line or, if it has a line for itself, in the next line with anything but
	// comments. More than one only where aliases repeat a value; none where nothing begins.
	Of []Pointer
}

// maxRepeats bounds how many values a comment may belong to.
const maxRepeats = 100

// Comments finds the comments that begin with a word, in order of place: at most a thousand. JSON has none.
func (f *File) Comments(word string) []Comment {
	if f.format != YAML || !strings.Contains(f.text, word) {
		return nil
	}
	marks := f.marks(word)
	f.dropQuoted(marks)
	f.attach(marks)
	var list []Comment
	for _, m := range marks {
		if !m.quoted {
			list = append(list, Comment{strings.TrimSpace(f.text[m.word:m.end]), f.Span(m.hash, m.end), m.of})
		}
	}
	return list
}

// mark is a place that looks like a comment.
type mark struct {
	hash, word, end int  // of the comment: its #, its first word, the end of its line
	from, to        int  // the line that it is about
	quoted          bool // not a comment: it lies in a scalar
	first           int32
	of              []Pointer
}

// marks finds every word that follows a # as in a comment.
func (f *File) marks(word string) []mark {
	var list []mark
	for at := 0; len(list) < maxProblems; {
		i := strings.Index(f.text[at:], word)
		if i < 0 {
			break
		}
		at += i + len(word)
		m := mark{word: at - len(word)}
		m.hash = len(strings.TrimRight(f.text[:m.word], " \t")) - 1
		if m.hash < 0 || f.text[m.hash] != '#' || m.hash > 0 && !strings.ContainsRune(" \t\r\n", rune(f.text[m.hash-1])) {
			continue
		}
		m.end = lineEnd(f.text, m.word)
		m.from = strings.LastIndexAny(f.text[:m.hash], "\r\n") + 1
		m.to = m.end
		if strings.TrimSpace(f.text[m.from:m.hash]) == "" {
			if n := len(list); n > 0 && m.hash < list[n-1].from {
				m.from, m.to = list[n-1].from, list[n-1].to // nothing but comments in between
			} else {
				m.from, m.to = f.nextContent(m.end)
			}
		}
		list = append(list, m)
	}
	return list
}

// nextContent is the first line after an offset that has anything but comments.
func (f *File) nextContent(after int) (from, to int) {
	for to = after; to < len(f.text); {
		from = to + 1
		to = lineEnd(f.text, from)
		if line := strings.TrimSpace(f.text[from:to]); line != "" && line[0] != '#' {
			break
		}
	}
	return from, to
}

func lineEnd(text string, from int) int {
	if i := strings.IndexAny(text[from:], "\r\n"); i >= 0 {
		return from + i
	}
	return len(text)
}

// dropQuoted finds the marks that lie in a key or a scalar.
func (f *File) dropQuoted(marks []mark) {
	drop := func(start, end int32) {
		i := sort.Search(len(marks), func(i int) bool { return marks[i].hash >= int(start) })
		for ; i < len(marks) && marks[i].hash < int(end); i++ {
			marks[i].quoted = true
		}
	}
	for i := range f.nodes {
		n := &f.nodes[i]
		if f.isMember(n) {
			drop(n.keyStart, n.keyEnd)
		}
		if n.kind != Object && n.kind != Array {
			drop(n.start, n.end)
		}
	}
}

// attach finds what each mark is about. Marks one above the other are about the same line, so lines may repeat, but they are in order.
func (f *File) attach(marks []mark) {
	begin := func(n *node) int {
		if f.isMember(n) {
			return int(n.keyStart)
		}
		return int(n.start)
	}
	each := func(visit func(i int32, m *mark)) {
		for i := 1; i < len(f.nodes); i++ {
			b := begin(&f.nodes[i])
			j := sort.Search(len(marks), func(j int) bool { return marks[j].to >= b })
			for ; j < len(marks) && marks[j].from <= b; j++ {
				visit(compact(i), &marks[j])
			}
		}
	}
	each(func(i int32, m *mark) {
		if m.first == 0 || begin(&f.nodes[i]) < begin(&f.nodes[m.first]) {
			m.first = i
		}
	})
	each(func(i int32, m *mark) {
		if begin(&f.nodes[i]) != begin(&f.nodes[m.first]) || len(m.of) == maxRepeats {
			return
		}
		p := Node{f, i}.Pointer()
		within := slices.ContainsFunc(m.of, func(outer Pointer) bool { return strings.HasPrefix(string(p), string(outer)+"/") })
		if !within {
			m.of = append(m.of, p)
		}
	})
}
