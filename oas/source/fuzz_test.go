package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// corpusFiles lists the JSON and YAML files of a directory.
func corpusFiles(t testing.TB, dir string) []string {
	var names []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if ext := filepath.Ext(name); err == nil && !d.IsDir() && (ext == ".json" || ext == ".yaml") {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// checkFile checks what is true of every file that has been read.
func checkFile(t *testing.T, f *File) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(f.JSON()))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil || dec.More() {
		t.Fatalf("%s: JSON() is no JSON: %v\n%s", f.Name, err, f.JSON())
	}
	if got := f.Root().Any(); !reflect.DeepEqual(got, v) {
		t.Fatalf("%s: JSON() and Any() differ:\n%v\n%v", f.Name, v, got)
	}
	for i := range min(len(f.nodes), 2000) {
		checkNode(t, f, Node{f, int32(i)})
	}
	last := -1
	for _, p := range f.Problems() {
		if p.At.Start.Offset < last || !within(p.At, f) || p.Kind == DuplicateKey && !within(p.First, f) {
			t.Fatalf("%s: problem %+v is out of place", f.Name, p)
		}
		last = p.At.Start.Offset
	}
}

// within tells whether a range is in order and within its file.
func within(r Range, f *File) bool {
	s, e := r.Start, r.End
	return 0 <= s.Offset && s.Offset <= e.Offset && e.Offset <= len(f.Text()) && s.Line >= 1 && s.Column >= 1 &&
		(s.Line < e.Line || s.Line == e.Line && s.Column <= e.Column)
}

// checkNode checks what is true of every value.
func checkNode(t *testing.T, f *File, n Node) {
	t.Helper()
	if !within(n.Range(), f) || !within(n.KeyRange(), f) {
		t.Fatalf("%s: ranges %+v and %+v are not in the file", n.Pointer(), n.KeyRange(), n.Range())
	}
	hidden := false // by a duplicate key of itself or of a parent
	for e := n.entry(); ; e = &f.nodes[e.parent] {
		hidden = hidden || e.flags&overridden != 0
		if e.parent < 0 {
			break
		}
	}
	if m, ok := f.Lookup(n.Pointer()); !hidden && (!ok || m != n) {
		t.Fatalf("%s: Lookup finds %v, want %v", n.Pointer(), m.i, n.i)
	}
	if f.format != JSON {
		return
	}
	if parent := n.entry().parent; parent >= 0 && (f.nodes[parent].start > n.entry().start || f.nodes[parent].end < n.entry().end) {
		t.Fatalf("%s is not within its parent", n.Pointer())
	}
	if f.dirty || n.Kind() == Object || n.Kind() == Array {
		return
	}
	var v any
	dec := json.NewDecoder(strings.NewReader(covered(f, n.Range())))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil || !reflect.DeepEqual(v, n.Any()) {
		t.Fatalf("%s: the text %q is %v, want %v (%v)", n.Pointer(), covered(f, n.Range()), v, n.Any(), err)
	}
}

func FuzzIndex(f *testing.F) {
	seeds := []string{
		twinJSON, twinYAML, `{"a": 1, "a": [1, 2,], "b": "` + "\t\xff" + `"} {}`, "\uFEFF[]", `{"\ud800\"": "\/"}`,
		"a: &x {k: [1, 2]}\nb: *x\nc: {<<: *x, d: |\n e\n}\n", "a: |2-\n   x\n  y\n---\nb\n", "? a\n: - b\n  - >\n   c\n",
		"a: !!float 1\nb: 0x1F\nc: 1_000\nd: .5\ne: 010\nf: .inf\n200: x\ntrue: y\n", "- - - a\n", "{a: , ? b, c: [d: e]}", "a: 'x''y\n z'\n",
		"{a: 1,\n", "a:\n\tb", "'a': \"b\" c", "*a : b", "!!str &a\n", "&a [*a]",
	}
	for _, s := range seeds {
		f.Add("x.yaml", []byte(s))
		f.Add("x.json", []byte(s))
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		file, err := Index(name, data)
		if err == nil {
			checkFile(t, file)
			return
		}
		var e *SyntaxError
		if !errors.As(err, &e) || e.Message == "" {
			t.Fatalf("error is %v", err)
		}
		if o := e.At; o.Start.Offset < 0 || o.Start.Offset > o.End.Offset || o.End.Offset > len(data) {
			t.Fatalf("error is at %+v of %d bytes", e.At, len(data))
		}
	})
}
