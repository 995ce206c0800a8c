package lsp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf16"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/tykctl/tykctl/compiler"
	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// editor is a client as an editor is one. It keeps to UTF-16, and has its own idea of positions. It lives in a bubble of synctest: time passes
// only when everyone waits.
type editor struct {
	*testing.T
	conn     *jsonrpc2.Conn
	ended    chan error // what Serve returned
	log      *bytes.Buffer
	options  Options
	shown    map[string]publishParams // the last ones, by URI
	sent     []string                 // URIs of what was published, in order
	messages []string
	asked    []string // requests of the server
	versions map[string]int32
	texts    map[string]string
}

// newEditor starts a server, and initializes it with what is given.
func newEditor(t *testing.T, initialize map[string]any) *editor {
	e := startEditor(t, check1)
	e.must("initialize", initialize, nil)
	e.notify("initialized", map[string]any{})
	return e
}

func startEditor(t *testing.T, checker Checker) *editor {
	e := &editor{
		T: t, ended: make(chan error, 1), log: &bytes.Buffer{}, shown: map[string]publishParams{}, versions: map[string]int32{}, texts: map[string]string{},
	}
	e.options = Options{Check: checker, Rule: ruleOf, Version: "test", Log: e.log}
	toServer, fromEditor := io.Pipe()
	toEditor, fromServer := io.Pipe()
	go func() {
		err := Serve(t.Context(), toServer, fromServer, e.options)
		_ = fromServer.Close()
		_ = toServer.Close() // as the end of the process would
		e.ended <- err
	}()
	e.conn = jsonrpc2.NewConn(t.Context(), closing{newStream(toEditor, fromEditor), fromEditor}, e)
	return e
}

// closing closes the pipe with the stream.
type closing struct {
	*stream
	w io.Closer
}

func (c closing) Close() error { return c.w.Close() }

// Handle takes what the server says.
func (e *editor) Handle(ctx context.Context, conn *jsonrpc2.Conn, req *jsonrpc2.Request) {
	switch req.Method {
	case "textDocument/publishDiagnostics":
		var p publishParams
		e.unmarshal(*req.Params, &p)
		e.shown[p.URI] = p
		e.sent = append(e.sent, p.URI)
	case "window/showMessage":
		var p messageParams
		e.unmarshal(*req.Params, &p)
		e.messages = append(e.messages, p.Message)
	default:
		e.asked = append(e.asked, req.Method+" "+string(*req.Params))
		_ = conn.Reply(ctx, req.ID, nil)
	}
}

func (e *editor) unmarshal(data []byte, v any) {
	if err := json.Unmarshal(data, v); err != nil {
		e.Errorf("%s: %v", data, err)
	}
}

func (e *editor) notify(method string, params any) {
	e.Helper()
	if err := e.conn.Notify(e.Context(), method, params); err != nil {
		e.Fatalf("%s: %v", method, err)
	}
}

// must sends a request that has to be answered with a result.
func (e *editor) must(method string, params, result any) {
	e.Helper()
	if err := e.conn.Call(e.Context(), method, params, result); err != nil {
		e.Fatalf("%s: %v", method, err)
	}
}

// code sends a request that has to be refused, and returns the code of the error.
func (e *editor) code(method string, params any) int64 {
	e.Helper()
	var wire *jsonrpc2.Error
	if err := e.conn.Call(e.Context(), method, params, nil); !errors.As(err, &wire) {
		e.Fatalf("%s: got %v, want an error of the server", method, err)
	}
	return wire.Code
}

func (e *editor) open(uri, text string) {
	e.Helper()
	e.versions[uri], e.texts[uri] = 1, text
	e.notify("textDocument/didOpen", map[string]any{
		"textDocument": map[string]any{"uri": uri, "languageId": "yaml", "version": 1, "text": text},
	})
}

// replace is a whole new text.
func (e *editor) replace(uri, text string) {
	e.Helper()
	e.change(uri, text, map[string]any{"text": text})
}

// change tells the server of changes that make a text what it is now.
func (e *editor) change(uri, now string, changes ...map[string]any) {
	e.Helper()
	e.versions[uri]++
	e.texts[uri] = now
	e.notify("textDocument/didChange", map[string]any{
		"textDocument": map[string]any{"uri": uri, "version": e.versions[uri]}, "contentChanges": changes,
	})
}

func (e *editor) close(uri string) {
	e.Helper()
	e.notify("textDocument/didClose", id(uri))
}

// settle waits until the server has nothing more to do.
func (e *editor) settle() {
	time.Sleep(2 * debounce)
	synctest.Wait()
}

// quit ends the conversation as it should be ended.
func (e *editor) quit() {
	e.Helper()
	e.must("shutdown", nil, nil)
	e.notify("exit", nil)
	if err := <-e.ended; err != nil {
		e.Errorf("got %v, want an orderly end", err)
	}
	if e.log.Len() > 0 {
		e.Errorf("the server's log holds:\n%s", e.log)
	}
}

// codes are those of what is shown of a document, in order.
func (e *editor) codes(uri string) string {
	var list []string
	for _, d := range e.shown[uri].Diagnostics {
		list = append(list, d.Code)
	}
	return strings.Join(list, " ")
}

// at is the place of the n-th character of the only occurrence of a part of a document.
func (e *editor) at(uri, part string, n int) map[string]any {
	e.Helper()
	text := e.texts[uri]
	i := strings.Index(text, part)
	if i < 0 || strings.Contains(text[i+1:], part) {
		e.Fatalf("%q is not in the document, or more than once", part)
	}
	return map[string]any{"textDocument": map[string]any{"uri": uri}, "position": positionIn(text, i+n)}
}

// marked is the part of a text that a range marks.
func marked(text string, r textRange) string {
	return text[offsetIn(text, r.Start):offsetIn(text, r.End)]
}

func positionIn(text string, offset int) position {
	line := strings.Count(text[:offset], "\n")
	start := strings.LastIndexByte(text[:offset], '\n') + 1
	return position{uint32(line), uint32(len(utf16.Encode([]rune(text[start:offset]))))}
}

func offsetIn(text string, p position) int {
	lines := strings.SplitAfter(text, "\n")
	offset := len(strings.Join(lines[:p.Line], ""))
	units := utf16.Encode([]rune(lines[p.Line]))
	return offset + len(string(utf16.Decode(units[:p.Character])))
}

// apply makes edits of a code action, from the end to the beginning.
func (e *editor) apply(uri string, a codeAction) string {
	e.Helper()
	if a.Edit == nil || len(a.Edit.Changes[uri]) == 0 {
		e.Fatalf("%q has no edits", a.Title)
	}
	edits := slices.Clone(a.Edit.Changes[uri])
	slices.SortFunc(edits, func(a, b textEdit) int {
		if before(a.Range.Start, b.Range.Start) {
			return 1
		}
		return -1
	})
	text := e.texts[uri]
	for _, edit := range edits {
		text = text[:offsetIn(text, edit.Range.Start)] + edit.NewText + text[offsetIn(text, edit.Range.End):]
	}
	return text
}

// actions asks what can be done about all that is shown of a document.
func (e *editor) actions(uri string, only ...string) []codeAction {
	e.Helper()
	synctest.Wait()
	var list []codeAction
	e.must("textDocument/codeAction", map[string]any{
		"textDocument": map[string]any{"uri": uri},
		"range":        textRange{End: positionIn(e.texts[uri], len(e.texts[uri]))},
		"context":      map[string]any{"diagnostics": e.shown[uri].Diagnostics, "only": only},
	}, &list)
	return list
}

func id(uri string) map[string]any {
	return map[string]any{"textDocument": map[string]any{"uri": uri}}
}

func ruleOf(code diag.Code) Rule {
	r := check.Find(string(code))
	if r == nil {
		return Rule{}
	}
	return Rule{Doc: r.Doc(), URL: "https://example.com/" + string(code), Deprecated: r.Name == "deprecated-method", Unneeded: r.Name == "trailing-comma"}
}

// check1 is a Checker as plain as can be.
func check1(_ context.Context, root string, overlay map[string][]byte) (Result, error) {
	texts := map[string][]byte{}
	if root != "" {
		err := fs.WalkDir(os.DirFS(root), ".", func(path string, _ fs.DirEntry, err error) error {
			if ext := filepath.Ext(path); err != nil || ext != ".yaml" && ext != ".json" {
				return err
			}
			full := filepath.Join(root, path)
			texts[full], err = os.ReadFile(full)
			return err
		})
		if err != nil {
			return Result{}, err
		}
	}
	for name, data := range overlay {
		texts[name] = data
	}
	result := Result{Files: map[string]*source.File{}}
	var docs []*oas.Document
	for name, data := range texts {
		doc, found := oas.Load(name, data)
		if doc == nil {
			result.Findings = append(result.Findings, found...)
			continue
		}
		if root := doc.File.Root(); root.Get("openapi").Exists() || root.Get("x-tyk-api-gateway").Exists() {
			result.Findings = append(result.Findings, found...)
			result.Files[name] = doc.File
			docs = append(docs, doc)
		}
	}
	result.Findings = append(result.Findings, compiler.Check(docs, check.Options{})...).Sort()
	return result, nil
}

// inBubble runs a test in which time passes only when everyone waits.
func inBubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, test)
}

// workspace makes a directory of files, and returns it with its URI.
func workspace(t *testing.T, files map[string]string) (dir, uri string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, uriOf(dir)
}

func folders(uris ...string) map[string]any {
	list := []map[string]any{}
	for _, uri := range uris {
		list = append(list, map[string]any{"uri": uri, "name": "w"})
	}
	return map[string]any{"workspaceFolders": list, "capabilities": map[string]any{}}
}

// fine is a definition that nothing is wrong with.
const fine = `openapi: 3.0.3
info: {title: Fine, version: "1"}
paths: {}
x-tyk-api-gateway:
  info:
    name: Fine
    state: {active: true}
  server:
    listenPath: {value: /fine/, strip: true}
  upstream:
    url: http://127.0.0.1:8081/
`
