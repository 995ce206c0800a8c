package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sourcegraph/jsonrpc2"
)

const untitled = "untitled:Untitled-1"

// TestMending is what the server is for: a document is opened, its mistake is marked, the fix is taken, the mark goes away. The mistake stands
// behind characters that UTF-16 counts twice.
func TestMending(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		e := newEditor(t, folders())
		const bad = `{"info": {"title": "🐕 犬 dogs", "version": "1", }, "openapi": "3.0.3", "paths": {}}`
		e.open(untitled, bad)
		e.settle()
		if got := e.codes(untitled); got != "TYK101 TYK120" && got != "TYK120 TYK101" {
			t.Fatalf("got %q", got)
		}
		i := slices.IndexFunc(e.shown[untitled].Diagnostics, func(d diagnostic) bool { return d.Code == "TYK101" })
		comma := e.shown[untitled].Diagnostics[i]
		if got := marked(bad, comma.Range); got != "," {
			t.Errorf("the mark is at %v, over %q", comma.Range, got)
		}
		if v := e.shown[untitled].Version; v == nil || *v != 1 {
			t.Errorf("got version %v, want 1", v)
		}
		if comma.Source != "tykctl" || comma.Severity != 1 || comma.CodeDescription.Href != "https://example.com/TYK101" || !slices.Equal(comma.Tags, []int{tagUnnecessary}) {
			t.Errorf("got %+v", comma)
		}

		list := e.actions(untitled, "quickfix")
		if len(list) != 1 || !list[0].IsPreferred || !reflect.DeepEqual(list[0].Diagnostics, []diagnostic{comma}) {
			t.Fatalf("got %+v, want one preferred fix of the comma", list)
		}
		e.replace(untitled, e.apply(untitled, list[0]))
		e.settle()
		if got := e.codes(untitled); got != "TYK120" {
			t.Errorf("after the fix: got %q, want TYK120 alone", got)
		}
		e.replace(untitled, fine)
		e.settle()
		if got := e.shown[untitled]; got.Diagnostics == nil || len(got.Diagnostics) != 0 || *got.Version != 3 {
			t.Errorf("of a document without a fault, got %+v", got)
		}
		e.quit()
	})
}

// TestIncremental types a mistake letter by letter: the server is told of the letters alone.
func TestIncremental(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		e := newEditor(t, folders())
		text := strings.Replace(fine, "name: Fine", "name: 犬🐕", 1)
		e.open(untitled, text)
		insert := func(at int, s string) map[string]any {
			p := positionIn(text, at)
			text = text[:at] + s + text[at:]
			return map[string]any{"range": textRange{p, p}, "text": s}
		}
		at := strings.Index(text, "🐕") + len("🐕")
		var changes []map[string]any
		changes = append(changes, insert(at, "\n"))
		for i, letter := range "    stat: 1" {
			changes = append(changes, insert(at+1+i, string(letter)))
		}
		e.change(untitled, text, changes[:5]...)
		e.change(untitled, text, changes[5:]...)
		e.settle()
		if len(e.sent) != 1 {
			t.Errorf("published %d times, want once after a pause", len(e.sent))
		}
		d := e.shown[untitled].Diagnostics
		if len(d) != 1 || d[0].Code != "TYK121" || marked(text, d[0].Range) != "stat" {
			t.Errorf("got %+v, want TYK121 over stat", d)
		}
		e.quit()
	})
}

// TestBetweenFiles holds that rules between documents see the editor's unsaved text and the files on disk, and that the mark in a file goes
// when another file changes.
func TestBetweenFiles(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		other := strings.NewReplacer("name: Fine", "name: Other", "/fine/", "/other/").Replace(fine)
		dir, root := workspace(t, map[string]string{"a b/fine.yaml": fine, "other.yaml": other, "values.yaml": "{{ not: yaml"})
		init := folders(root)
		init["capabilities"] = map[string]any{"textDocument": map[string]any{"publishDiagnostics": map[string]any{"relatedInformation": true}}}
		e := newEditor(t, init)
		e.settle()
		if len(e.sent) != 0 {
			t.Fatalf("published %v of a workspace without a fault", e.sent)
		}
		otherURI, fineURI := root+"/other.yaml", root+"/a%20b/fine.yaml"
		e.open(otherURI, other)
		e.replace(otherURI, strings.Replace(other, "/other/", "/fine/", 1))
		e.settle()
		if e.codes(otherURI) != "TYK303" || e.shown[otherURI].Version == nil {
			t.Errorf("the open file: got %+v, want TYK303", e.shown[otherURI])
		}
		related := e.shown[otherURI].Diagnostics[0].Related
		if len(related) != 1 || related[0].Location.URI != fineURI || marked(fine, related[0].Location.Range) != "/fine/" {
			t.Errorf("related: got %+v, want the listen path in %s", related, fineURI)
		}

		// The other half: the file that was there first is changed on disk.
		if err := os.WriteFile(filepath.Join(dir, "a b", "fine.yaml"), []byte(strings.Replace(fine, "/fine/", "/finer/", 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		e.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []map[string]any{{"uri": fineURI, "type": 2}}})
		e.settle()
		if e.codes(otherURI) != "" {
			t.Errorf("after the change on disk: got %q", e.codes(otherURI))
		}

		// A file that is not open is marked too, and no more when it is gone.
		if err := os.WriteFile(filepath.Join(dir, "bad.yaml"), []byte(strings.Replace(fine, "listenPath", "listnPath", 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		e.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []map[string]any{{"uri": root + "/bad.yaml", "type": 1}}})
		e.settle()
		if got := e.shown[root+"/bad.yaml"]; len(got.Diagnostics) == 0 || got.Version != nil {
			t.Errorf("a new file: got %+v", got)
		}
		if err := os.Remove(filepath.Join(dir, "bad.yaml")); err != nil {
			t.Fatal(err)
		}
		e.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []map[string]any{{"uri": root + "/bad.yaml", "type": 3}}})
		e.settle()
		if got := e.shown[root+"/bad.yaml"]; len(got.Diagnostics) != 0 {
			t.Errorf("a removed file: got %+v", got)
		}
		for _, uri := range e.sent {
			if strings.Contains(uri, "values.yaml") {
				t.Error("published something about a template that is no document")
			}
		}
		e.quit()
	})
}

// TestClosing holds that after closing the file on disk counts, and that of a document in no folder nothing stays.
func TestClosing(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		_, root := workspace(t, map[string]string{"fine.yaml": fine})
		e := newEditor(t, folders(root))
		bad := strings.Replace(fine, "strip: true", "strip: maybe", 1)
		inFolder := root + "/fine.yaml"
		e.open(inFolder, bad)
		e.open(untitled, bad)
		e.settle()
		if e.codes(inFolder) != "TYK123" || e.codes(untitled) != "TYK123" {
			t.Fatalf("got %q and %q, want TYK123", e.codes(inFolder), e.codes(untitled))
		}
		e.close(inFolder)
		e.close(untitled)
		e.settle()
		if e.codes(inFolder) != "" || e.codes(untitled) != "" {
			t.Errorf("after closing: got %q and %q", e.codes(inFolder), e.codes(untitled))
		}
		e.quit()
	})
}

// TestFolders takes a folder away and puts it back: its documents stay checked while they are open, alone.
func TestFolders(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		twin := strings.Replace(fine, "name: Fine", "name: Twin", 1)
		_, root := workspace(t, map[string]string{"fine.yaml": fine, "twin.yaml": twin})
		e := newEditor(t, folders(root))
		uri := root + "/twin.yaml"
		e.open(uri, twin)
		e.settle()
		if e.codes(uri) != "TYK303" {
			t.Fatalf("got %q, want TYK303", e.codes(uri))
		}
		change := func(added, removed []map[string]any) {
			e.notify("workspace/didChangeWorkspaceFolders", map[string]any{"event": map[string]any{"added": added, "removed": removed}})
			e.settle()
		}
		folder := []map[string]any{{"uri": root, "name": "w"}}
		change([]map[string]any{}, folder)
		if e.codes(uri) != "" || e.codes(root+"/fine.yaml") != "" {
			t.Errorf("without the folder: got %q", e.codes(uri))
		}
		change(folder, []map[string]any{})
		if e.codes(uri) != "TYK303" {
			t.Errorf("with the folder again: got %q, want TYK303", e.codes(uri))
		}

		// What is said of a document does not change when nobody but its owner does, and is taken back all the same when it is closed.
		e.replace(uri, strings.Replace(twin, "strip: true", "strip: maybe", 1))
		change([]map[string]any{}, folder)
		e.close(uri)
		e.settle()
		if e.codes(uri) != "" {
			t.Errorf("closed, in no folder: got %q", e.codes(uri))
		}
		change(folder, []map[string]any{})
		e.open(uri, twin)
		e.settle()
		e.notify("workspace/didChangeConfiguration", map[string]any{"settings": nil})
		e.notify("textDocument/didSave", id(uri))
		n := len(e.sent)
		e.settle()
		if len(e.sent) != n {
			t.Errorf("published %v again although nothing changed", e.sent[n:])
		}
		e.quit()
	})
}

// TestFolderInFolder holds that a document belongs to the nearest folder: it is not judged together with what lies outside of that.
func TestFolderInFolder(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		_, root := workspace(t, map[string]string{"a/fine.yaml": fine, "b/twin.yaml": strings.Replace(fine, "name: Fine", "name: Twin", 1)})
		e := newEditor(t, folders(root, root+"/b"))
		e.settle()
		if len(e.sent) != 0 {
			t.Errorf("published %v although each folder is fine by itself", e.sent)
		}
		e.quit()
	})
}

// TestUnrelated keeps the editor quiet about what is no API.
func TestUnrelated(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		e := newEditor(t, folders())
		e.open("untitled:1", "services:\n  web: {image: nginx}\n")
		e.open("untitled:2", "{{- if .Values.x }}\nkind: Deployment\n")
		e.open("untitled:3", "openapi: 3.0.3\ninfo: {{\n")
		e.settle()
		if want := []string{"untitled:3"}; !slices.Equal(e.sent, want) {
			t.Errorf("published %v, want %v", e.sent, want)
		}
		e.quit()
	})
}

// TestNewerChange holds that a check which a change has made worthless is cancelled, and that nothing of it is shown.
func TestNewerChange(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		var cancelled, finished int
		e := startEditor(t, func(ctx context.Context, root string, overlay map[string][]byte) (Result, error) {
			if strings.Contains(string(overlay[untitled]), "slow") {
				select {
				case <-ctx.Done():
					cancelled++
				case <-time.After(time.Hour):
				}
			}
			finished++
			return check1(ctx, root, overlay)
		})
		e.must("initialize", folders(), nil)
		e.open(untitled, "openapi: slow\n")
		time.Sleep(time.Minute)
		e.replace(untitled, "openapi: 3.0.3\n")
		e.settle()
		if cancelled != 1 || finished != 2 {
			t.Errorf("%d checks were cancelled and %d ended, want 1 and 2", cancelled, finished)
		}
		if len(e.sent) != 1 || *e.shown[untitled].Version != 2 {
			t.Errorf("published %v, last %+v; want version 2 alone", e.sent, e.shown[untitled])
		}
		e.quit()
	})
}

// TestCancel holds that a request which waits can be cancelled, and that one about an older text is refused.
func TestCancel(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		e := startEditor(t, func(ctx context.Context, _ string, _ map[string][]byte) (Result, error) {
			<-ctx.Done()
			return Result{}, ctx.Err()
		})
		e.must("initialize", folders(), nil)
		e.open(untitled, fine)
		ask := func(n uint64) jsonrpc2.Waiter {
			params := map[string]any{"textDocument": map[string]any{"uri": untitled}, "range": textRange{}, "context": map[string]any{}}
			w, err := e.conn.DispatchCall(t.Context(), "textDocument/codeAction", params, jsonrpc2.PickID(jsonrpc2.ID{Num: n}))
			if err != nil {
				t.Fatal(err)
			}
			return w
		}
		answer := func(w jsonrpc2.Waiter) int64 {
			var wire *jsonrpc2.Error
			if err := w.Wait(t.Context(), nil); !errors.As(err, &wire) {
				t.Fatalf("got %v, want an error", err)
			}
			return wire.Code
		}
		first, second := ask(71), ask(72)
		e.settle()
		e.notify("$/cancelRequest", map[string]any{"id": 71})
		if code := answer(first); code != codeRequestCancelled {
			t.Errorf("cancelled: got code %d", code)
		}
		e.notify("$/cancelRequest", map[string]any{"id": 71}) // it is not known any more
		e.replace(untitled, fine+"\n")
		e.settle()
		third := ask(73)
		e.replace(untitled, fine)
		e.close(untitled)
		e.settle()
		for _, w := range []jsonrpc2.Waiter{second, third} {
			if code := answer(w); code != codeContentModified {
				t.Errorf("out of date: got code %d", code)
			}
		}
		e.quit()
	})
}

// TestFailures holds that neither a failing Checker nor a bug of ours ends the conversation.
func TestFailures(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		e := startEditor(t, func(ctx context.Context, root string, overlay map[string][]byte) (Result, error) {
			switch text := string(overlay[untitled]); {
			case strings.Contains(text, "fail"):
				return Result{}, errors.New("the configuration is broken")
			case strings.Contains(text, "panic"):
				panic("a bug")
			}
			return check1(ctx, root, overlay)
		})
		e.must("initialize", folders(), nil)
		e.open(untitled, "openapi: 1\n")
		e.settle()
		if e.codes(untitled) == "" {
			t.Fatal("nothing is shown")
		}
		e.replace(untitled, "fail: 1\n")
		e.settle()
		e.replace(untitled, "fail: 2\n")
		if list := e.actions(untitled); len(list) != 0 {
			t.Errorf("actions without findings: %+v", list)
		}
		e.settle()
		if want := []string{"tykctl: the configuration is broken"}; !slices.Equal(e.messages, want) {
			t.Errorf("got messages %q, want %q once", e.messages, want)
		}
		e.replace(untitled, "panic: 1\n")
		e.settle()
		if len(e.messages) != 2 || !strings.Contains(e.messages[1], "internal error: a bug") || !strings.Contains(e.log.String(), "goroutine") {
			t.Errorf("got messages %q and log %q", e.messages, e.log)
		}
		e.log.Reset()
		e.replace(untitled, fine)
		e.settle()
		if e.codes(untitled) != "" {
			t.Errorf("after it was mended: got %q", e.codes(untitled))
		}
		e.quit()
	})
}

// TestHandlerPanic holds that a bug in an answer is an error reply.
func TestHandlerPanic(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		documentRequests["test/panic"] = func(*server, context.Context, *document, json.RawMessage) (any, error) { panic("a bug") }
		defer delete(documentRequests, "test/panic")
		e := newEditor(t, folders())
		e.open(untitled, fine)
		if code := e.code("test/panic", id(untitled)); code != jsonrpc2.CodeInternalError {
			t.Errorf("got code %d", code)
		}
		e.log.Reset()
		e.quit()
	})
}

// TestLifecycle holds the order in which a conversation goes, and how it may end.
func TestLifecycle(t *testing.T) {
	hover := map[string]any{"textDocument": map[string]any{"uri": untitled}, "position": position{}}
	inBubble(t, func(t *testing.T) {
		e := startEditor(t, check1)
		if code := e.code("textDocument/hover", hover); code != codeNotInitialized {
			t.Errorf("before initialize: got code %d", code)
		}
		e.notify("textDocument/didOpen", "nonsense")
		e.must("initialize", folders(), nil)
		if code := e.code("initialize", folders()); code != jsonrpc2.CodeInvalidRequest {
			t.Errorf("a second initialize: got code %d", code)
		}
		if code := e.code("textDocument/nonsense", nil); code != jsonrpc2.CodeMethodNotFound {
			t.Errorf("an unknown request: got code %d", code)
		}
		if code := e.code("textDocument/hover", "nonsense"); code != jsonrpc2.CodeInvalidParams {
			t.Errorf("wrong parameters: got code %d", code)
		}
		var nothing any
		if e.must("textDocument/hover", hover, &nothing); nothing != nil {
			t.Errorf("hover over what is not open: got %v", nothing)
		}
		e.notify("$/unknown", nil)
		e.notify("textDocument/unknown", nil)
		e.must("shutdown", nil, nil)
		if code := e.code("textDocument/hover", hover); code != jsonrpc2.CodeInvalidRequest {
			t.Errorf("after shutdown: got code %d", code)
		}
		e.notify("exit", nil)
		if err := <-e.ended; err != nil {
			t.Errorf("got %v", err)
		}
	})
	for name, leave := range map[string]func(e *editor){
		"exit without shutdown": func(e *editor) { e.notify("exit", nil) },
		"the pipe is closed":    func(e *editor) { _ = e.conn.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				e := newEditor(t, folders())
				leave(e)
				if err := <-e.ended; !errors.Is(err, ErrAbandoned) {
					t.Errorf("got %v, want %v", err, ErrAbandoned)
				}
			})
		})
	}
}

// TestInitialize looks at what is agreed on: encodings, folders in their three forms, watched files.
func TestInitialize(t *testing.T) {
	for _, test := range []struct {
		name    string
		offered []string
		want    encoding
	}{
		{"nothing is offered", nil, utf16Units},
		{"the first of those known", []string{"utf-7", "utf-8", "utf-16"}, utf8Units},
		{"the client's order", []string{"utf-32", "utf-16"}, utf32Units},
		{"nothing known", []string{"utf-7"}, utf16Units},
	} {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				e := startEditor(t, check1)
				var result initializeResult
				e.must("initialize", map[string]any{
					"capabilities": map[string]any{"general": map[string]any{"positionEncodings": test.offered}},
				}, &result)
				if got := result.Capabilities.PositionEncoding; got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
				e.quit()
			})
		})
	}
	bad := strings.Replace(fine, "listenPath", "listnPath", 1)
	for name, form := range map[string]func(dir, uri string) map[string]any{
		"workspaceFolders": func(_, uri string) map[string]any { return folders(uri) },
		"rootUri":          func(_, uri string) map[string]any { return map[string]any{"rootUri": uri, "workspaceFolders": nil} },
		"rootPath":         func(dir, _ string) map[string]any { return map[string]any{"rootUri": nil, "rootPath": dir} },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				dir, uri := workspace(t, map[string]string{"bad.yaml": bad})
				e := newEditor(t, form(dir, uri))
				e.settle()
				if e.codes(uri+"/bad.yaml") == "" {
					t.Error("the folder was not looked at")
				}
				e.quit()
			})
		})
	}
	inBubble(t, func(t *testing.T) {
		e := newEditor(t, map[string]any{"capabilities": map[string]any{"workspace": map[string]any{
			"didChangeWatchedFiles": map[string]any{"dynamicRegistration": true},
		}}})
		synctest.Wait()
		if len(e.asked) != 1 || !strings.HasPrefix(e.asked[0], "client/registerCapability") || !strings.Contains(e.asked[0], "**/*.{json,yaml,yml}") {
			t.Errorf("the server asked %q, want to be told of files", e.asked)
		}
		e.quit()
	})
}
