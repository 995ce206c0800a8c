package lsp

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// pets is a definition with one of everything that has a name.
const pets = `openapi: 3.0.3
info: {title: Pets 🐕, version: "1"}
security:
  - key: []
paths:
  /pets:
    get:
      operationId: listPets
      security:
        - key: []
      responses:
        "200": {$ref: '#/components/responses/Pets'}
    post:
      operationId: addPet
      responses:
        "200": {$ref: "shared%20parts.yaml#/ok"}
components:
  responses:
    Pets: {description: 犬}
  securitySchemes:
    key: {type: apiKey, in: header, name: Authorization}
x-tyk-api-gateway:
  info:
    name: Pets
    state: {active: true}
  server:
    listenPath: {value: /pets/, strip: true}
    authentication:
      enabled: true
      securitySchemes:
        key:
          enabled: true
          header: {enabled: true, name: Authorization}
  upstream:
    url: http://127.0.0.1:8081/
  middleware:
    operations:
      listPets:
        enforceTimeout: {enabled: true, value: 5}
`

func (e *editor) hover(place map[string]any) string {
	e.Helper()
	var result *hoverResult
	e.must("textDocument/hover", place, &result)
	if result == nil {
		return ""
	}
	return result.Contents.Value
}

func TestHover(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		e := newEditor(t, folders())
		e.open(untitled, strings.Replace(pets, "active: true", "active: maybe", 1))
		e.settle()
		for _, test := range []struct {
			part string
			n    int
			want []string
		}{
			{"listenPath", 3, []string{"**server.listenPath** — object\n\n"}},
			{"enforceTimeout", 14, []string{"**middleware.operations.*.enforceTimeout** — object"}},
			{"header: {enabled", 0, []string{"**server.authentication.securitySchemes.*.header**"}},
			{"title", 0, nil},
			{"Pets 🐕", 0, nil},
			{"active: maybe", 9, []string{"**TYK123** error: active must be a boolean", "\n\n# TYK123 wrong-type\n"}},
		} {
			got := e.hover(e.at(untitled, test.part, test.n))
			if test.want == nil && got != "" {
				t.Errorf("over %s: got %q, want nothing", test.part, got)
			}
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("over %s: got %q, want %q", test.part, got, want)
				}
			}
		}
		e.replace(untitled, "{{")
		if got := e.hover(e.at(untitled, "{{", 1)); got != "" {
			t.Errorf("over what cannot be read and is not checked yet: got %q", got)
		}
		e.quit()
	})
}

// TestHoverDeprecated reads all there is to say of a field, in plain text for a client that wants that.
func TestHoverDeprecated(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		e := newEditor(t, map[string]any{"capabilities": map[string]any{
			"textDocument": map[string]any{"hover": map[string]any{"contentFormat": []string{"plaintext"}}},
		}})
		e.open(untitled, "x-tyk-api-gateway: {server: {authentication: {oidc: {}}, port: 1}}")
		var result hoverResult
		e.must("textDocument/hover", e.at(untitled, "oidc", 1), &result)
		if want := "\n\n**Deprecated** since 5.7: use `securitySchemes` instead."; result.Contents.Kind != "plaintext" || !strings.HasSuffix(result.Contents.Value, want) {
			t.Errorf("got %+v, want %q", result.Contents, want)
		}
		if want := (textRange{position{0, 46}, position{0, 50}}); *result.Range != want {
			t.Errorf("got range %v, want %v", *result.Range, want)
		}
		if got := e.hover(e.at(untitled, "port", 1)); !strings.HasSuffix(got, "Since Tyk Gateway 5.8.") {
			t.Errorf("got %q", got)
		}
		e.quit()
	})
}

func TestDefinition(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		const shared = "# parts\n犬: 1\nok: {description: fine}\n"
		dir, root := workspace(t, map[string]string{"pets.yaml": pets, "shared parts.yaml": shared})
		e := newEditor(t, folders(root))
		uri := root + "/pets.yaml"
		e.open(uri, pets)
		for _, test := range []struct {
			part string
			n    int
			file string
			want string // the text that begins at the target
		}{
			{"#/components/responses/Pets", 5, pets, "Pets: {description"},
			{"security:\n  - key", 14, pets, "key: {type"},
			{"security:\n        - key", 20, pets, "key: {type"},
			{"key: {type", 1, pets, "key:\n          enabled"},
			{"key:\n          enabled", 1, pets, "key: {type"},
			{"listPets:\n", 2, pets, "operationId: listPets\n"},
			{"operationId: listPets", 15, pets, "listPets:\n"},
			{"operationId: addPet", 15, pets, ""},
			{"title", 1, pets, ""},
			{"shared%20parts", 3, shared, "ok: {"},
		} {
			var got *location
			e.must("textDocument/definition", e.at(uri, test.part, test.n), &got)
			switch {
			case test.want == "" && got != nil:
				t.Errorf("%s: got %+v, want nothing", test.part, got)
			case test.want == "":
			case got == nil:
				t.Errorf("%s: got nothing, want %q", test.part, test.want)
			case !strings.HasPrefix(test.file[offsetIn(test.file, got.Range.Start):], test.want):
				t.Errorf("%s: got %+v, want %q", test.part, got, test.want)
			}
		}

		// The other file counts as it is in the editor.
		sharedURI := uriOf(filepath.Join(dir, "shared parts.yaml"))
		e.open(sharedURI, "\n\n\n"+shared)
		var got location
		e.must("textDocument/definition", e.at(uri, "shared%20parts", 3), &got)
		if got.URI != sharedURI || got.Range.Start.Line != 5 {
			t.Errorf("got %+v, want line 5 of %s", got, sharedURI)
		}
		e.close(sharedURI)
		if err := os.Remove(filepath.Join(dir, "shared parts.yaml")); err != nil {
			t.Fatal(err)
		}
		var none *location
		e.must("textDocument/definition", e.at(uri, "shared%20parts", 3), &none)
		if none != nil {
			t.Errorf("of a file that is gone: got %+v", none)
		}
		e.quit()
	})
}

func TestReferences(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		e := newEditor(t, folders())
		e.open(untitled, pets)
		for _, test := range []struct {
			part string
			n    int
			want []string
		}{
			{"key: {type", 1, []string{"key: []\npaths", "key: []\n      responses", "key: {type", "key:\n          enabled"}},
			{"security:\n  - key", 14, []string{"key: []\npaths", "key: []\n      responses", "key: {type", "key:\n          enabled"}},
			{"operationId: listPets", 15, []string{"listPets\n      security", "listPets:\n"}},
			{"Pets: {description", 1, []string{"'#/components/responses/Pets'"}},
			{"title", 1, nil},
		} {
			place := e.at(untitled, test.part, test.n)
			place["context"] = map[string]any{"includeDeclaration": true}
			var got []location
			e.must("textDocument/references", place, &got)
			if len(got) != len(test.want) {
				t.Errorf("%s: got %+v, want %q", test.part, got, test.want)
				continue
			}
			for i, want := range test.want {
				if !strings.HasPrefix(pets[offsetIn(pets, got[i].Range.Start):], want) {
					t.Errorf("%s: got %+v, want %q", test.part, got[i], want)
				}
			}
		}
		e.quit()
	})
}

func TestSymbols(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		e := newEditor(t, folders())
		e.open(untitled, pets)
		var got []documentSymbol
		e.must("textDocument/documentSymbol", id(untitled), &got)
		var names []string
		var list func(all []documentSymbol, above string)
		list = func(all []documentSymbol, above string) {
			for _, s := range all {
				names = append(names, strings.TrimSpace(above+"/"+s.Name+" "+s.Detail))
				if before(s.SelectionRange.Start, s.Range.Start) || before(s.Range.End, s.SelectionRange.End) {
					t.Errorf("%s: the name at %v is not in %v", s.Name, s.SelectionRange, s.Range)
				}
				list(s.Children, above+"/"+s.Name)
			}
		}
		list(got, "")
		for _, want := range []string{
			"/paths//pets/GET listPets", "/components/responses/Pets", "/components/securitySchemes/key",
			"/x-tyk-api-gateway/server/authentication/securitySchemes/key", "/x-tyk-api-gateway/middleware/operations/listPets",
		} {
			if !slices.Contains(names, want) {
				t.Errorf("no %s in the outline:\n%s", want, strings.Join(names, "\n"))
			}
		}
		e.replace(untitled, "{{")
		if e.must("textDocument/documentSymbol", id(untitled), &got); len(got) != 0 {
			t.Errorf("of what cannot be read: got %+v", got)
		}
		e.quit()
	})
}

// TestCompletion writes at the place of a bar, takes a proposal, and looks at the text.
func TestCompletion(t *testing.T) {
	yaml := func(written string) string {
		return strings.Replace(pets, "    listenPath: {value: /pets/, strip: true}\n", "    listenPath: {value: /pets/, strip: true}\n"+written, 1)
	}
	for _, test := range []struct {
		name, text, take, want string
	}{
		{"a field of the extension", yaml("    cus|\n"), "customDomain", "    customDomain:\n"},
		{"on an empty line", yaml("    |\n"), "port", "    port: \n"},
		{"a key that is there already", yaml("    po|rtt: 1\n"), "port", "    port: 1\n"},
		{"in braces", strings.Replace(pets, "state: {active: true}", "state: {active: true, int|}", 1), "internal", "{active: true, internal: }"},
		{"an operation", strings.Replace(pets, "      listPets:\n", "      a|\n      listPets:\n", 1), "addPet", "      addPet: \n"},
		{"an operation that has settings", strings.Replace(pets, "      listPets:\n", "      l|\n      listPets:\n", 1), "!listPets", ""},
		{"a scheme", strings.Replace(pets, "security:\n  - key: []", "security:\n  - |", 1), "key", "  - key: []\n"},
		{"a value", strings.Replace(pets, "    name: Pets", "    name: Pe|", 1), "", ""},
		{"outside the extension", strings.Replace(pets, "info: {", "info: {|, ", 1), "", ""},
		{"JSON", `{"x-tyk-api-gateway": {"server": {"listenPath": {}, "po|"}}}`, "port", `"listenPath": {}, "port": }}}`},
		{"JSON before another member", "{\"x-tyk-api-gateway\": {\"server\": {\n\"po|\"\n\"listenPath\": {}}}}", "port", "{\n\"port\": \n\"listenPath\""},
		{"JSON after another member", "{\"x-tyk-api-gateway\": {\"server\": {\n\"listenPath\": {}\n\"po|\"}}}", "port", "{}\n\"port\": }}}"},
		{"JSON without quotes", `{"x-tyk-api-gateway": {"server": {po|}}}`, "port", `{"port": }}}`},
		{"the extension itself", "openapi: 3.0.3\nx-|\n", "x-tyk-api-gateway", "\nx-tyk-api-gateway:\n"},
		{"in what cannot be read", "openapi: 3.0.3\nx: }\nx-|\n", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				e := newEditor(t, folders())
				cursor := strings.Index(test.text, "|")
				text := strings.Replace(test.text, "|", "", 1)
				e.open(untitled, text)
				var list []completionItem
				e.must("textDocument/completion", map[string]any{"textDocument": map[string]any{"uri": untitled}, "position": positionIn(text, cursor)}, &list)
				var labels []string
				for _, item := range list {
					labels = append(labels, item.Label)
				}
				if no, not := strings.CutPrefix(test.take, "!"); not && slices.Contains(labels, no) {
					t.Errorf("proposed: %q, want no %s", labels, no)
				}
				if test.want == "" {
					if test.take == "" && len(list) > 0 {
						t.Errorf("proposed: %q, want nothing", labels)
					}
					e.quit()
					return
				}
				i := slices.Index(labels, test.take)
				if i < 0 {
					t.Fatalf("proposed: %q, want %s", labels, test.take)
				}
				edit := list[i].TextEdit
				got := text[:offsetIn(text, edit.Range.Start)] + edit.NewText + text[offsetIn(text, edit.Range.End):]
				if !strings.Contains(got, test.want) {
					t.Errorf("got\n%s\nwant %q in it", got, test.want)
				}
				if written := text[offsetIn(text, edit.Range.Start):cursor]; !strings.HasPrefix(list[i].FilterText, written) {
					t.Errorf("an editor would not propose %q for %q", list[i].FilterText, written)
				}
				e.quit()
			})
		})
	}
}

// TestIgnore takes every ignore that is offered: the text is the same document still, with a comment that the readers of ignores find.
func TestIgnore(t *testing.T) {
	for _, test := range []struct {
		name, text, code, want string
	}{
		{"above a key", strings.Replace(fine, "    name: Fine", "    name: Fine\n    colour: 1", 1), "TYK121", "    # tykctl-ignore TYK121: reason\n    colour: 1\n"},
		{"in braces", strings.Replace(fine, "strip: true", "strip: maybe", 1), "TYK123", "    # tykctl-ignore TYK123: reason\n    listenPath: {"},
		{"line endings", strings.ReplaceAll(strings.Replace(fine, "    name: Fine", "    name: Fine\n    colour: 1", 1), "\n", "\r\n"), "TYK121", "    # tykctl-ignore TYK121: reason\r\n    colour: 1\r\n"},
		{"not where a comment would be text", strings.Replace(fine, "{title: Fine, version: \"1\"}\n", "{title: 'x\n  y', version: \"1\"}\n", 1) + "  colour: 1\n", "TYK121", "  # tykctl-ignore TYK121: reason\n  colour: 1\n"},
		{"not in JSON", `{"openapi": "3.0.3", "info": {"title": "x", "version": "1"}, "paths": {}, "x-tyk-api-gateway": {"colour": 1}}`, "TYK121", ""},
		{"not about the document as a whole", "openapi: 3.0.3\ninfo: {title: x, version: '1'}\npaths: {}\n", "TYK120", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				e := newEditor(t, folders())
				e.open(untitled, test.text)
				e.settle()
				i := slices.IndexFunc(e.actions(untitled), func(a codeAction) bool { return a.Title == "ignore "+test.code+" here" })
				if !strings.Contains(e.codes(untitled), test.code) {
					t.Fatalf("shown is %q, want %s", e.codes(untitled), test.code)
				}
				switch {
				case test.want == "" && i >= 0:
					t.Error("an ignore is offered")
				case test.want == "":
				case i < 0:
					t.Error("no ignore is offered")
				default:
					if got := e.apply(untitled, e.actions(untitled)[i]); !strings.Contains(got, test.want) {
						t.Errorf("got\n%s\nwant %q in it", got, test.want)
					}
				}
				e.quit()
			})
		})
	}
}

// TestIgnoreInText holds that no comment is put where it would become a part of a string.
func TestIgnoreInText(t *testing.T) {
	const text = "a: {b: \"x\n  y\", c: 1}\n"
	doc := newDocument(untitled, 1, newText(text))
	a := &actions{s: newServer(Options{Rule: ruleOf}, nil), doc: doc, enc: utf16Units}
	a.ignore(&diag.Diagnostic{Code: "TYK121", Pointer: "/a/c", At: doc.file().Key("/a/c")}, diagnostic{})
	if len(a.list) != 0 {
		t.Errorf("offered is %+v", a.list)
	}
}

// TestFixAll makes all safe fixes at once: not the unsafe one, and of two that touch each other one.
func TestFixAll(t *testing.T) {
	const text = "openapi: aaa bbb ccc\n"
	edits := func(f *source.File, parts ...string) []source.Edit {
		var list []source.Edit
		for _, p := range parts {
			i := strings.Index(text, p)
			list = append(list, source.Edit{At: f.Span(i, i+len(p)), Text: strings.ToUpper(p)})
		}
		return list
	}
	inBubble(t, func(t *testing.T) {
		e := startEditor(t, func(_ context.Context, _ string, overlay map[string][]byte) (Result, error) {
			f, err := source.Index(untitled, overlay[untitled])
			if err != nil {
				return Result{}, err
			}
			finding := func(message string, unsafe bool, parts ...string) diag.Diagnostic {
				return diag.Diagnostic{
					Code: "TYK900", Severity: diag.Info, Message: message, At: f.At("/openapi"), Pointer: "/openapi",
					Fix: &diag.Fix{Title: message, Unsafe: unsafe, Edits: edits(f, parts...)},
				}
			}
			found := diag.List{finding("first", false, "aaa"), finding("overlapping", false, "a bbb"), finding("unsafe", true, "bbb"), finding("last", false, "cc", "op")}
			return Result{Findings: found, Files: map[string]*source.File{untitled: f}}, nil
		})
		e.must("initialize", map[string]any{"capabilities": map[string]any{"workspace": map[string]any{"workspaceEdit": map[string]any{"documentChanges": true}}}}, nil)
		e.open(untitled, text)
		began := time.Now()
		list := e.actions(untitled, "source.fixAll")
		if waited := time.Since(began); waited > 0 {
			t.Errorf("waited %s, although an edit on saving must not wait for a pause", waited)
		}
		if len(list) != 1 || list[0].Kind != kindFixAll {
			t.Fatalf("got %+v, want one action of kind %s", list, kindFixAll)
		}
		changes := list[0].Edit.DocumentChanges
		if len(changes) != 1 || *changes[0].TextDocument.Version != 1 || list[0].Edit.Changes != nil {
			t.Fatalf("got %+v, want changes of version 1", list[0].Edit)
		}
		list[0].Edit.Changes = map[string][]textEdit{untitled: changes[0].Edits}
		if got, want := e.apply(untitled, list[0]), "OPenapi: AAA bbb CCc\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		preferred := map[string]bool{}
		for _, a := range e.actions(untitled, "quickfix") {
			preferred[a.Title] = a.IsPreferred
		}
		if preferred["unsafe"] || !preferred["first"] {
			t.Errorf("got %v, want the safe ones preferred", preferred)
		}
		if list := e.actions(untitled, "refactor"); len(list) != 0 {
			t.Errorf("of another kind: got %+v", list)
		}
		e.quit()
	})
}

// TestFingerprint asks, from a list of problems, for actions about a diagnostic although the cursor is elsewhere.
func TestFingerprint(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		e := newEditor(t, folders())
		e.open(untitled, fine+"  colour: 1\n")
		e.settle()
		ask := func(diagnostics any) []codeAction {
			var list []codeAction
			e.must("textDocument/codeAction", map[string]any{
				"textDocument": map[string]any{"uri": untitled}, "range": textRange{}, "context": map[string]any{"diagnostics": diagnostics},
			}, &list)
			return list
		}
		if list := ask([]any{map[string]any{"data": 7}, map[string]any{}}); len(list) != 0 {
			t.Errorf("elsewhere: got %+v", list)
		}
		if list := ask(e.shown[untitled].Diagnostics); len(list) == 0 {
			t.Error("about the diagnostic: got nothing")
		}
		e.quit()
	})
}
