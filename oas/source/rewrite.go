package source

import (
	"cmp"
	"slices"
	"strings"
)

// maxRewrites bounds how often a text is edited and read again. Edits that touch each other take a round each.
const maxRewrites = 64

// Rewrite returns the text of a document with another value, in the notation that it has. What is the same in both stays as it is written, with
// its comments, its order and its quotes; new members come after the others, or before them where the value begins with them. Where that is not
// possible, as behind a YAML alias, the document is written anew, and kept is false.
func (f *File) Rewrite(want Draft) (text []byte, kept bool) {
	at := f
	for range maxRewrites {
		if Same(at.Root()).Equal(want) {
			return []byte(at.text), true
		}
		w := rewriting{f: at, style: at.style()}
		if !w.value(at.Root(), want) {
			break
		}
		text, err := Apply([]byte(at.text), apart(w.edits))
		if err != nil {
			break
		}
		next, err := IndexWith(f.Name, text, Limits{Bytes: 1 << 29, Depth: 10_000, Nodes: 1 << 30, Aliases: 1 << 30})
		if err != nil || next.text == at.text {
			break
		}
		at = next
	}
	if Same(at.Root()).Equal(want) {
		return []byte(at.text), true
	}
	return want.Write(f.format), false
}

// apart takes as many edits as can be made together, in the order of their places. The others are found again in the next round.
func apart(edits []Edit) []Edit {
	slices.SortStableFunc(edits, func(a, b Edit) int {
		return cmp.Or(cmp.Compare(a.At.Start.Offset, b.At.Start.Offset), cmp.Compare(a.At.End.Offset, b.At.End.Offset))
	})
	taken := edits[:0]
	done := 0
	for _, e := range edits {
		if e.At.Start.Offset >= done {
			taken = append(taken, e)
			done = e.At.End.Offset
		}
	}
	return taken
}

// rewriting collects the edits of one round.
type rewriting struct {
	f     *File
	style writer
	edits []Edit
}

func (w *rewriting) add(e Edit, ok bool) bool {
	if ok {
		w.edits = append(w.edits, e)
	}
	return ok
}

// value makes one value another. It reports whether that is possible below the root; the edits of what holds the value come after its own.
func (w *rewriting) value(n Node, want Draft) bool {
	if Same(n).Equal(want) {
		return true
	}
	before := len(w.edits)
	done := false
	switch simple := n.Len() == 0 && want.Len() == 0; {
	case n.Kind() == Object && want.kind == Object:
		done = w.object(n, want)
	case n.Kind() == Array && want.kind == Array:
		done = w.array(n, want)
	case simple && n.Kind() == String && want.kind == String:
		done = w.add(n.replacePlain(want.Text()))
	case simple && want.kind != String:
		done = w.add(n.ReplaceValue(string(want.appendScalar(nil))))
	}
	if done {
		return true
	}
	w.edits = w.edits[:before]
	return w.add(w.whole(n, want))
}

// replacePlain is ReplaceText that leaves words without quotes where there were none.
func (n Node) replacePlain(s string) (Edit, bool) {
	e, ok := n.ReplaceText(s)
	if !ok || n.f.format == JSON || e.At.Start == e.At.End || strings.IndexByte(`"'|>`, n.f.text[e.At.Start.Offset]) >= 0 {
		return e, ok
	}
	if isPlainSentence(s) && (!n.inFlow() || !strings.ContainsAny(s, ",:?")) {
		e.Text = s
	}
	return e, true
}

// object makes an object another, if there is a member to hold on to.
func (w *rewriting) object(n Node, want Draft) bool {
	get := want.lookup()
	renamed := w.renames(n, want, get)
	stays := map[string]bool{}
	for key, m := range n.Members() {
		_, ok := get(key)
		switch name := renamed[m]; {
		case ok:
			stays[key] = true
		case name != "" && w.add(m.Rename(name)):
			stays[name] = true
		case !w.add(m.Remove()):
			return false
		}
	}
	if len(stays) == 0 {
		return false
	}
	for key, m := range n.Members() {
		if stays[key] {
			if v, _ := get(key); !w.value(m, v) {
				return false
			}
		}
	}
	first := true
	for key, v := range want.Members() {
		if stays[key] {
			first = false
			continue
		}
		if !w.add(w.insert(n, key, v, first)) && !w.add(w.insert(n, key, v, !first)) {
			return false
		}
	}
	return true
}

// renames are the members that are wanted as they are, under another name.
func (w *rewriting) renames(n Node, want Draft, get func(string) (Draft, bool)) map[Node]string {
	var renamed map[Node]string
	for _, m := range want.members {
		v := m.Value.node
		if v.f != n.f || v.i == 0 || v.entry().parent != n.i || n.Get(m.Key).Exists() || m.Key == "" {
			continue
		}
		if _, stays := get(n.f.keyText(v.entry())); stays {
			continue
		}
		if renamed == nil {
			renamed = map[Node]string{}
		}
		renamed[v] = m.Key
	}
	return renamed
}

// array makes an array another, if items are only changed, appended or removed.
func (w *rewriting) array(n Node, want Draft) bool {
	old, items := slices.Collect(values(Same(n))), slices.Collect(values(want))
	if len(old) == 0 || len(items) == 0 {
		return false
	}
	head := 0
	for head < min(len(old), len(items)) && old[head].Equal(items[head]) {
		head++
	}
	tail := 0
	for tail < min(len(old), len(items))-head && old[len(old)-1-tail].Equal(items[len(items)-1-tail]) {
		tail++
	}
	old, items = old[head:len(old)-tail], items[head:len(items)-tail]
	switch {
	case len(items) == 0:
		for _, v := range old {
			if !w.add(v.node.Remove()) {
				return false
			}
		}
		return true
	case len(old) > len(items), len(old) < len(items) && tail > 0:
		return false
	}
	for i, v := range items {
		if i < len(old) && !w.value(old[i].node, v) || i >= len(old) && !w.add(w.insert(n, "", v, false)) {
			return false
		}
	}
	return true
}

// values yields items without their index.
func values(v Draft) func(yield func(Draft) bool) {
	return func(yield func(Draft) bool) {
		for _, item := range v.Items() {
			if !yield(item) {
				return
			}
		}
	}
}
