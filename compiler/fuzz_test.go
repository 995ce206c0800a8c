package compiler_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/compiler"
	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// fuzzSeeds are the documents of testdata and of the examples, and some in which many rules look at odd values at once.
func fuzzSeeds(f *testing.F) [][]byte {
	f.Helper()
	var seeds [][]byte
	for _, dir := range []string{rulesDir, plansDir, "../examples"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if ext := filepath.Ext(path); err != nil || d.IsDir() || ext != ".json" && ext != ".yaml" {
				return err
			}
			data, err := os.ReadFile(path)
			seeds = append(seeds, data)
			return err
		})
		if err != nil {
			f.Fatal(err)
		}
	}
	if len(seeds) < 100 {
		f.Fatalf("%d documents to begin with", len(seeds))
	}
	odd := string(definition(1))
	for _, change := range []struct{ old, with string }{
		{`"/api-1/"`, `"/{a:[a-z]+}/../%2e//b?x#y"`},
		{`"/oauth/token"`, `"//[::1]:99999/%zz\\..;?#"`},
		{`"http://upstream-1.example.com/"`, `"h2c://u:p@[fe80::1%25en0]:0/{x}?a=$secret_env.X"`},
		{`"3.0.3"`, `"3.1.0"`},
		{`"/things/{id}"`, `"/things/{id}/{id}*(a|b)?"`},
		{`{"read": "", "write": ""}`, `null`},
		{`[{"oauth": []}]`, `[{}, {"oauth": ["read"], "b": []}]`},
		{`"ignoreAuthentication": {"enabled": true}`, `"ignoreAuthentication": {"enabled": true}, "rateLimit": {"enabled": true, "rate": -1, "per": "1h99x"}, "urlRewrite": {"enabled": true, "pattern": "(", "rewriteTo": "$9"}`},
		{`"server": {`, `"server": {"customDomain": {"enabled": true, "name": "{x:(}.*:1"}, "clientCertificates": {"enabled": true, "allowlist": [""]}, `},
	} {
		seeds = append(seeds, []byte(strings.Replace(odd, change.old, change.with, 1)))
	}
	return seeds
}

// FuzzCompile holds what is true of every text: it is read, checked and compiled without a panic; what is said has a known code, words and a
// place in the file, and is said in order; there is a plan if and only if there is no error; saying it again says the same.
func FuzzCompile(f *testing.F) {
	for _, data := range fuzzSeeds(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		limits := source.Limits{Bytes: 1 << 16, Depth: 100, Nodes: 1 << 14}
		doc, loaded := oas.LoadWith("a.yaml", data, oas.Options{Limits: limits})
		holds(t, "Load", loaded, data)
		if doc == nil {
			return
		}
		// A second one of the same text quarrels with the first about everything that must be unique.
		twin, _ := oas.LoadWith("b.yaml", data, oas.Options{Limits: limits})
		for _, target := range []string{"", "5.8"} {
			docs := []*oas.Document{doc, twin}
			found := compiler.Check(docs, check.Options{Target: target})
			holds(t, "Check", found, data)
			if again := compiler.Check(docs, check.Options{Target: target}); !reflect.DeepEqual(found, again) {
				t.Errorf("checked twice:\n%v\n%v", found, again)
			}
		}
		if loaded.HasErrors() {
			return
		}
		p, found := compiler.Compile([]*oas.Document{doc})
		holds(t, "Compile", found, data)
		if (p == nil) != found.HasErrors() {
			t.Errorf("plan %v with %v", p, found)
		}
		if p != nil {
			holdsPlan(t, p, doc)
		}
	})
}

// holds checks what is true of every list of findings.
func holds(t *testing.T, who string, list diag.List, data []byte) {
	t.Helper()
	for i, d := range list {
		inside := 0 <= d.At.Start.Offset && d.At.Start.Offset <= d.At.End.Offset && d.At.End.Offset <= len(data) && d.At.Start.Line > 0
		if d.Message == "" || d.Severity < diag.Info || d.Severity > diag.Error || d.At.File != "a.yaml" && d.At.File != "b.yaml" || !inside {
			t.Errorf("%s: odd diagnostic %+v", who, d)
		}
		if check.Find(string(d.Code)) == nil || d.Code == oas.CodeInternal {
			t.Errorf("%s: code %s: %s", who, d.Code, d.Message)
		}
		if strings.ContainsAny(d.Message, "\n") || strings.HasSuffix(d.Message, "%!") || strings.Contains(d.Message, "%!(") {
			t.Errorf("%s: message %q", who, d.Message)
		}
		if i > 0 && (d.At.File < list[i-1].At.File || d.At.File == list[i-1].At.File && d.At.Start.Offset < list[i-1].At.Start.Offset) {
			t.Errorf("%s: not in order at %v", who, d)
		}
	}
}

// holdsPlan checks what is true of every plan: it survives being written, and the same document makes the same bytes and words.
func holdsPlan(t *testing.T, p *plan.Plan, doc *oas.Document) {
	t.Helper()
	data, err := plan.Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	back, err := plan.Decode(data)
	if err != nil {
		t.Fatalf("a plan that was compiled cannot be read: %v", err)
	}
	again, _ := compiler.Compile([]*oas.Document{doc})
	var texts [3]bytes.Buffer
	for i, v := range []*plan.Plan{p, back, again} {
		encoded, err := plan.Encode(v)
		if err != nil || !bytes.Equal(encoded, data) {
			t.Errorf("encoded as %q, then as %q (%v)", data, encoded, err)
		}
		if err := plan.Print(&texts[i], v); err != nil || texts[i].Len() == 0 || texts[i].String() != texts[0].String() {
			t.Errorf("printed as\n%s\nthen as\n%s (%v)", &texts[0], &texts[i], err)
		}
	}
}
