// Package listfile reads files that people write as a list of objects, clients.yaml and users.yaml, and says of every mistake where it stands. It knows
// neither clients nor users; who does reads the items, with the methods of Reader.
package listfile

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/cmd/internal/ownfile"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/typo"
)

// limits bound a file that is a list of a few thousand small objects at most.
var limits = source.Limits{Bytes: 16 << 20, Depth: 64, Nodes: 1 << 20, Aliases: 1000}

// Error is every mistake of a file.
type Error struct {
	List diag.List // sorted
	file *source.File
}

// Error lists the mistakes.
func (e *Error) Error() string {
	return ownfile.Lines(e.List)
}

// Write prints the mistakes as diagnostics are printed: with the line each stands in, and what to do.
func (e *Error) Write(w io.Writer, color bool) error {
	return diag.WriteText(w, e.List, func(string) *source.File { return e.file }, color)
}

// Reader reads one file.
type Reader struct {
	list  string // the member that holds the list
	found diag.List
}

// Load reads the file at path and calls item for each object of its list: of the member named list, or of the file itself where that is an
// array. What is wrong with the text is an *Error; what is wrong with the disk is another error.
func Load(path, list string, item func(*Reader, source.Node)) error {
	data, err := readFile(path)
	if err != nil {
		return err
	}
	r := &Reader{list: list}
	file, err := source.IndexWith(path, data, limits)
	if err != nil {
		r.unreadable(path, err)
		return &Error{r.found, nil}
	}
	r.problems(file)
	r.root(file.Root(), item)
	if len(r.found) > 0 {
		return &Error{r.found.Sort(), file}
	}
	return nil
}

// readFile reads a file that is one, and not endless.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("it is a directory")}
	}
	return io.ReadAll(io.LimitReader(f, int64(limits.Bytes)+1)) // one more: the reader says that it is too long
}

// Mistake notes one.
func (r *Reader) Mistake(at source.Range, hint, format string, args ...any) {
	r.found = append(r.found, diag.Diagnostic{
		Code: diag.Code(r.list), Severity: diag.Error, Message: fmt.Sprintf(format, args...), Hint: hint, At: at,
	})
}

func (r *Reader) unreadable(path string, err error) {
	var syntax *source.SyntaxError
	if errors.As(err, &syntax) {
		r.Mistake(syntax.At, syntax.Hint, "%s", syntax.Message)
		return
	}
	r.Mistake(source.Range{File: path}, "", "%v", err)
}

// problems reports what reading could get over. A byte order mark does no harm here.
func (r *Reader) problems(file *source.File) {
	for _, p := range file.Problems() {
		switch p.Kind {
		case source.DuplicateKey:
			r.Mistake(p.At, "remove one of them", "duplicate key %q", p.Key)
			r.found[len(r.found)-1].Related = []diag.Related{{Message: "first given here", At: p.First}}
		case source.MoreDocuments:
			r.Mistake(p.At, "remove it; a file holds one list", "text after the end of the first document")
		default:
			if message, hint, ok := ownfile.Notation(p.Kind); ok {
				r.Mistake(p.At, hint, "%s", message)
			}
		}
	}
}

func (r *Reader) root(n source.Node, item func(*Reader, source.Node)) {
	list := n
	if n.Kind() == source.Object {
		list = n.Get(r.list)
		if !r.Fields(n, r.list) {
			return
		}
	}
	if list.Kind() != source.Array {
		r.Mistake(ownfile.Place(cmp.Or(list, n)), "write one object an item, each beginning with \"- \"", "%s is %s, expected a list", r.list, ownfile.Phrase(list))
		return
	}
	for i, entry := range list.Items() {
		if entry.Kind() != source.Object {
			r.Mistake(ownfile.Place(entry), "", "item %d of %s is %s, expected an object", i+1, r.list, ownfile.Phrase(entry))
			continue
		}
		item(r, entry)
	}
}

// Fields reports the members of an object that have none of the names, and whether there was none such.
func (r *Reader) Fields(n source.Node, names ...string) bool {
	known := true
	for name, member := range n.Members() {
		if slices.Contains(names, name) {
			continue
		}
		hint := "it may have " + Listed(names)
		if meant := typo.Meant(name, names); meant != "" {
			hint = fmt.Sprintf("did you mean %q?", meant)
		}
		r.Mistake(member.KeyRange(), hint, "unknown field %q", name)
		known = false
	}
	return known
}

// Listed is "a, b or c".
func Listed(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
