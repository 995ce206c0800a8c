package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/cmd/internal/atomicfile"
	"github.com/tykctl/tykctl/cmd/internal/lint"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	adminapi "github.com/tykctl/tykctl/runtime/admin"
)

// put makes what was sent the definition of an API. The caller holds the lock.
func (d *definitions) put(id string, sent *source.File, action adminapi.Action) adminapi.Reply {
	if d.dir == "" {
		return refusal(http.StatusConflict, "%s", d.readOnly)
	}
	text, err := withID(sent, id)
	if err != nil {
		return refusal(http.StatusBadRequest, "%v", err)
	}
	in, found := d.fileOf(id)
	if newReferences(in, sent) {
		return refusal(http.StatusBadRequest, "references to other files are not followed in what is sent; tykctl bundle makes one document of several")
	}
	write := func(text []byte) error { return replaceFile(in.Path, text) }
	switch {
	case found && isFile(in.Path):
		action = adminapi.Modified
		text, err = likeFile(in, text)
	case !fileID.MatchString(id):
		return refusal(http.StatusBadRequest, "x-tyk-api-gateway.info.id must have 200 letters, digits, dots, hyphens or underscores at most, and begin with a letter or digit")
	default:
		text = indented(text)
		in, err = d.newFile(id, extensionOf(sent))
		write = func(text []byte) error { return d.createFile(in, text) }
	}
	if err != nil {
		return d.failed("written", err)
	}
	if r := d.apply(overlay{in, text}, func() error { return write(text) }); r != nil {
		return *r
	}
	d.logger.Info("definition "+string(action), "api", id)
	return adminapi.Reply{Status: http.StatusOK, ID: id, Action: action}
}

// isFile reports whether a file is still there.
func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func extensionOf(f *source.File) string {
	if f.Format() == source.JSON {
		return ".json"
	}
	return ".yaml"
}

// indented is a text over several lines, when it is JSON.
func indented(text []byte) []byte {
	var lines bytes.Buffer
	if json.Indent(&lines, text, "", "  ") != nil {
		return text
	}
	return append(bytes.TrimSpace(lines.Bytes()), '\n')
}

// likeFile is what a file is to hold so that it says what a text says: its own text, changed where it says something else, so that nobody's comments
// are lost for nothing.
func likeFile(in lint.Input, text []byte) ([]byte, error) {
	held, err := lint.ReadFile(in, nil)
	if err != nil {
		return nil, err
	}
	old, err := source.Index(in.Name, held)
	if err != nil {
		return nil, err
	}
	sent, err := source.Index(sentName, text)
	if err != nil {
		return nil, err
	}
	held, _ = old.Rewrite(source.Same(sent.Root()))
	return held, nil
}

// apply compiles the definitions with a change, swaps them in and makes the change on the disk. Where that fails, what was served before is served
// again. The reply is nil when everything is done.
func (d *definitions) apply(change overlay, write func() error) *adminapi.Reply {
	c, err := d.compileWith(strings.NewReader(""), &change)
	if err != nil {
		r := d.failed("read", err)
		return &r
	}
	if r := d.judge(c, &change); r != nil {
		return r
	}
	before := d.current
	if err := d.swap(c.plan); err != nil {
		d.logger.Error("a definition that was sent cannot be served", "error", err)
		r := refusal(http.StatusUnprocessableEntity, "The gateway cannot serve this; its log says why")
		return &r
	}
	if err := write(); err != nil {
		r := d.failed("written", err)
		if err := d.swap(before); err != nil {
			d.logger.Error("what was served before cannot be served again; reload once the definitions are mended", "error", err)
		}
		return &r
	}
	if err := syncDirectory(filepath.Dir(change.in.Path)); err != nil {
		d.logger.Warn("a change may not outlast a failure of power", "error", err)
	}
	return nil
}

// judge says why a change cannot be made: nil when it can.
func (d *definitions) judge(c *compiled, change *overlay) *adminapi.Reply {
	name := change.in.Name
	for _, doc := range c.all.Docs {
		leadsHere := func(f *source.File) bool { return f.Name == name }
		if doc.File.Name != name && slices.ContainsFunc(doc.Others, leadsHere) {
			r := refusal(http.StatusConflict, "Another definition has references into this one; change it in the directory")
			return &r
		}
	}
	if c.plan != nil {
		return nil
	}
	own, others := d.blame(c.found, name)
	if len(own)+len(others) == 0 {
		d.logger.Error("a definition was refused because others have become wrong", "errors", c.found.Count(diag.Error))
		_ = printDiagnostics(d.std.Err, c.found, c.all) // as a reload does
		r := refusal(http.StatusConflict, "Other files of the directory have errors, so nothing can be changed; the gateway's log says which")
		return &r
	}
	r := d.wrong(own)
	for _, e := range others {
		r.Message = strings.TrimPrefix(r.Message+"\n"+d.line("in another file", e), "\n")
	}
	return &r
}

// newReferences reports whether a document refers to files that the file of its definition, as it is, does not refer to: whoever may call the admin API
// may not on that account read files.
func newReferences(in lint.Input, sent *source.File) bool {
	refers := map[string]bool{}
	filesReferredTo(sent.Root(), refers)
	if len(refers) == 0 {
		return false
	}
	held := map[string]bool{}
	if text, err := os.ReadFile(in.Path); err == nil { // there is none of a new definition
		if f, err := source.Index(in.Name, text); err == nil {
			filesReferredTo(f.Root(), held)
		}
	}
	for name := range refers {
		if !held[name] {
			return true
		}
	}
	return false
}

func filesReferredTo(n source.Node, into map[string]bool) {
	for key, m := range n.Members() {
		if name, _, _ := strings.Cut(m.Text(), "#"); key == "$ref" && name != "" {
			into[name] = true
		}
		filesReferredTo(m, into)
	}
	for _, item := range n.Items() {
		filesReferredTo(item, into)
	}
}

// blame takes the errors that a change brings: those in its file, and those elsewhere that were not there before.
func (d *definitions) blame(found diag.List, name string) (own, others diag.List) {
	type told struct {
		at      source.Range
		code    diag.Code
		message string
	}
	for _, e := range found {
		switch {
		case e.Severity != diag.Error:
		case e.At.File == name:
			own = append(own, e)
		default:
			others = append(others, e)
		}
	}
	if len(others) == 0 {
		return own, nil
	}
	was := map[told]bool{}
	if c, err := d.compileWith(strings.NewReader(""), nil); err == nil {
		for _, e := range c.found {
			was[told{e.At, e.Code, e.Message}] = true
		}
	}
	others = slices.DeleteFunc(others, func(e diag.Diagnostic) bool { return was[told{e.At, e.Code, e.Message}] })
	return own, others
}

func (d *definitions) line(where string, e diag.Diagnostic) string {
	return where + ": " + d.withoutDirectory(e.Message) + " [" + string(e.Code) + "]"
}

// withoutDirectory keeps to itself where the definitions lie.
func (d *definitions) withoutDirectory(text string) string {
	return strings.ReplaceAll(text, filepath.ToSlash(filepath.Clean(d.dir))+"/", "")
}

func (d *definitions) finding(e diag.Diagnostic) adminapi.Finding {
	return adminapi.Finding{
		Code: string(e.Code), Severity: e.Severity.String(), Message: d.withoutDirectory(e.Message), Hint: d.withoutDirectory(e.Hint),
		Pointer: string(e.Pointer),
	}
}

// dotted is a place as Tyk writes it.
func dotted(p source.Pointer) string {
	if p == "" {
		return "(root)"
	}
	return strings.Join(p.Tokens(), ".")
}

// replaceFile gives a file a new text, unless it has it already.
func replaceFile(path string, text []byte) error {
	if held, err := os.ReadFile(path); err == nil && bytes.Equal(held, text) {
		return nil
	}
	return atomicfile.Replace(path, text, func(string) error { return nil })
}

// createFile writes the file of a new definition. One that git ignores would not be read again.
func (d *definitions) createFile(in lint.Input, text []byte) error {
	if err := atomicfile.Write(in.Path, text, 0o600, nil); err != nil {
		return err
	}
	inputs, err := lint.Search{Empty: true}.Inputs(d.paths)
	if err == nil && !slices.ContainsFunc(inputs, func(i lint.Input) bool { return i.Path == in.Path }) {
		err = errors.New(in.Path + " is ignored by git, so that it would not be read again")
	}
	if err != nil {
		return errors.Join(err, os.Remove(in.Path))
	}
	return nil
}

// syncDirectory makes names of files outlast a failure of power.
func syncDirectory(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
