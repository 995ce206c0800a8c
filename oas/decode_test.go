package oas

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// testDocuments are documents that between them hold every object of OpenAPI, and some without sense.
func testDocuments(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	documents := map[string][]byte{}
	for _, name := range files {
		if documents[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return documents
}

// TestDecodeEqualsKin holds that the decoder gives what kin-openapi gives, private fields included.
func TestDecodeEqualsKin(t *testing.T) {
	for name, data := range testDocuments(t) {
		t.Run(name, func(t *testing.T) {
			file, err := source.Index(name, data)
			if err != nil {
				t.Fatal(err)
			}
			if what := decodeDiffers(file); what != "" {
				t.Error(what)
			}
		})
	}
}

// decodeDiffers compares the decoder with kin-openapi where both read the same: not where references lead nowhere or names have
// the wrong case.
func decodeDiffers(file *source.File) string {
	l := &loading{file: file, doc: &Document{File: file}}
	d := &decoder{l: l, later: strings.HasPrefix(file.Root().Get("openapi").Text(), "3.1")}
	ours := d.decode()
	var theirs openapi3.T
	err := json.Unmarshal(file.JSON(), &theirs)
	switch {
	case len(d.refs.dead) > 0, slices.ContainsFunc(l.found.list, func(f *diag.Diagnostic) bool {
		return strings.HasPrefix(f.Message, "unknown field") && strings.ToLower(f.Message) != f.Message
	}):
	case err != nil && len(d.failed) == 0:
		return "kin-openapi cannot decode it, and the decoder does not say so: " + err.Error()
	case err == nil && len(d.failed) == 0 && !reflect.DeepEqual(ours, &theirs):
		return "the decoder and kin-openapi differ"
	}
	return ""
}

// TestDecodeKnowsEveryType walks through kin-openapi's types, so that a new version of it cannot bring a kind of field that the
// decoder does not read.
func TestDecodeKnowsEveryType(t *testing.T) {
	readers, seen := kinReaders(), map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		if seen[typ] {
			return
		}
		seen[typ] = true
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			walk(typ.Elem())
		case reflect.Struct:
			for i := range typ.NumField() {
				f := typ.Field(i)
				if tag := f.Tag.Get("json"); f.IsExported() && (f.Name == "Value" || f.Anonymous || tag != "" && tag != "-") {
					walk(f.Type)
				}
			}
			_, custom := reflect.PointerTo(typ).MethodByName("UnmarshalJSON")
			if _, ok := reflect.PointerTo(typ).MethodByName("Validate"); !ok && custom && readers[typ] == nil {
				t.Errorf("%v decodes itself, and the decoder has no reader for it", typ)
			}
		case reflect.String, reflect.Bool, reflect.Float64, reflect.Uint64, reflect.Interface:
		default:
			t.Errorf("the decoder cannot read a %v", typ)
		}
	}
	walk(reflect.TypeFor[openapi3.T]())
	if len(seen) < 50 {
		t.Errorf("looked at %d types only", len(seen))
	}
}

// escapes returns an error that kin-openapi finds in a whole document although Load has reported none.
func escapes(doc *Document, list diag.List) error {
	if doc == nil || doc.OpenAPI == nil || list.HasErrors() {
		return nil
	}
	t := *doc.OpenAPI
	t.OpenAPI = "3.0.4"
	if strings.HasPrefix(doc.OpenAPI.OpenAPI, "3.1") {
		t.OpenAPI = "3.1.2"
	}
	err := t.Validate(validation(false), validationOptions...)
	var many openapi3.MultiError
	if !errors.As(err, &many) {
		return err
	}
	for _, e := range many {
		var extra *openapi3.ExtraSiblingFieldsError       // a mere warning in 3.1
		var beside *openapi3.SchemaBooleanFieldsExclusive // kin-openapi cannot merge the keywords beside a $ref with true or false
		if !errors.As(e, &extra) && !errors.As(e, &beside) {
			return e
		}
	}
	return nil
}

// TestNothingEscapes breaks valid documents in every place, and asks kin-openapi whether Load has missed anything.
func TestNothingEscapes(t *testing.T) {
	for _, name := range []string{"testdata/whole.yaml", "testdata/whole31.yaml"} {
		file, err := source.Index(name, testDocuments(t)[name])
		if err != nil {
			t.Fatal(err)
		}
		valid := string(file.JSON())
		if _, list := Load("whole.json", []byte(valid)); len(list) != 0 {
			t.Fatalf("%s is not valid: %v", name, list)
		}
		broken := 0
		for _, with := range []string{`"zz"`, `""`, `7`, `null`, `{}`, `[]`, `true`, `["object","null"]`, `"array"`} {
			for _, start := range memberValues(valid) {
				text := valid[:start] + with + valid[start+valueLength(valid[start:]):]
				doc, list := Load("broken.json", []byte(text))
				if err := escapes(doc, list); err != nil {
					t.Errorf("%s after %q: missed %v", with, valid[max(0, start-60):start], err)
				}
				if internal(list) {
					t.Errorf("%s after %q: %v", with, valid[max(0, start-60):start], list)
				}
				if list.HasErrors() {
					broken++
				}
			}
		}
		if broken < 200 {
			t.Errorf("%d broken documents only", broken)
		}
	}
}

// internal tells whether a library has failed.
func internal(list diag.List) bool {
	return slices.ContainsFunc(list, func(d diag.Diagnostic) bool { return d.Code == CodeInternal })
}

// memberValues are the places of the values of members in a compact JSON text.
func memberValues(text string) []int {
	var places []int
	inString := false
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case text[i] == '"':
			inString = !inString
		case text[i] == ':' && !inString:
			places = append(places, i+1)
		}
	}
	return places
}

func valueLength(text string) int {
	d := json.NewDecoder(strings.NewReader(text))
	var raw json.RawMessage
	if d.Decode(&raw) != nil {
		return 0
	}
	return int(d.InputOffset())
}
