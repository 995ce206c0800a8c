package compiler_test

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/tykctl/tykctl/compiler"
	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

// whereTykDiffers heads the part of a rule's documentation that says what a gateway does with a definition that breaks the rule, where that is
// not to refuse it.
const whereTykDiffers = "\n## Where Tyk differs\n"

// tested is the version of the gateway whose verdicts a corpus holds.
const tested = "5.8"

// verdicts is what a manifest says of the judgement of a Tyk Gateway.
type verdicts struct {
	Files map[string]struct {
		Tyk *struct {
			Verdict  string   `json:"verdict"` // accepted, rejected, accepted-not-loaded
			Messages []string `json:"messages"`
		} `json:"tyk_5_8_11"`
	} `json:"files"`
}

// TestCorpusAgreement holds our verdicts against those of a Tyk Gateway, prints the table of both, and wants each disagreement explained in the
// documentation of the rules behind it. What the gateway refuses we never pass, unless a newer gateway takes it.
func TestCorpusAgreement(t *testing.T) {
	var m verdicts
	dir := corpus(t, &m)
	table := agreement{}
	for _, name := range slices.Sorted(maps.Keys(m.Files)) {
		tyk := m.Files[name].Tyk
		if tyk == nil {
			continue
		}
		file := filepath.Join(dir, filepath.FromSlash(name))
		found, _ := checkFiles(t, file)
		refused, wrong := tyk.Verdict != "accepted", found.HasErrors()
		table.count(path.Dir(name), refused, wrong)
		switch {
		case wrong && !refused:
			t.Logf("disagreement: %s: accepted by Tyk, ours: %s", name, places(found))
			explained(t, name, found)
		case refused && !wrong:
			t.Logf("disagreement: %s: %s by Tyk (%s), nothing of ours", name, tyk.Verdict, strings.Join(tyk.Messages, "; "))
			newer(t, file, name)
		}
	}
	if len(table) == 0 {
		t.Error("the manifest holds no verdict of a gateway")
	}
	t.Logf("\n%s", table)
}

// agreement counts definitions by folder, by whether Tyk refuses them and by whether we find an error.
type agreement map[string]*[2][2]int

func (a agreement) count(folder string, refused, wrong bool) {
	if a[folder] == nil {
		a[folder] = &[2][2]int{}
	}
	index := map[bool]int{true: 1}
	a[folder][index[refused]][index[wrong]]++
}

// String is a table of a line a folder.
func (a agreement) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "agreement with Tyk\taccepted, no error\trefused, error\taccepted, error\trefused, no error\t")
	for _, folder := range slices.Sorted(maps.Keys(a)) {
		n := a[folder]
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t\n", folder, n[0][0], n[1][1], n[0][1], n[1][0])
	}
	_ = w.Flush()
	return b.String()
}

// places lists the errors with their codes.
func places(l diag.List) string {
	var list []string
	for _, d := range l {
		if d.Severity == diag.Error {
			list = append(list, fmt.Sprintf("%s at %d:%d %s", d.Code, d.At.Start.Line, d.At.Start.Column, d.Pointer))
		}
	}
	return strings.Join(list, ", ")
}

// explained wants every rule that calls a definition wrong which a gateway takes to say what the gateway does with it.
func explained(t *testing.T, name string, found diag.List) {
	t.Helper()
	for _, d := range found {
		if rule := check.Find(string(d.Code)); d.Severity == diag.Error && !strings.Contains(rule.Doc(), whereTykDiffers) {
			t.Errorf("%s: Tyk accepts what %s calls an error, and the rule does not say why: it needs %q", name, d.Code, strings.TrimSpace(whereTykDiffers))
		}
	}
}

// newer wants a definition that the gateway refuses, and we do not, to be one for a later gateway: with the old one as target we say so.
func newer(t *testing.T, file, name string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	doc, _ := oas.Load(name, data)
	found := compiler.Check([]*oas.Document{doc}, check.Options{Target: tested})
	if !slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Code == "TYK125" }) {
		t.Errorf("%s: Tyk refuses it; nothing is wrong with it for us, not even with Tyk %s as target", name, tested)
	}
}

// TestWhereTykDiffers holds the form of these parts: at the end of a rule's documentation, and with something in it.
func TestWhereTykDiffers(t *testing.T) {
	n := 0
	for _, r := range check.Rules() {
		before, after, differs := strings.Cut(r.Doc(), whereTykDiffers)
		if !differs {
			continue
		}
		n++
		if !strings.Contains(before, "\n## What to do\n") || strings.Contains(after, "\n## ") || len(strings.TrimSpace(after)) < 40 {
			t.Errorf("%s: %q must be the last part, and say something", r.Code, strings.TrimSpace(whereTykDiffers))
		}
	}
	if n == 0 {
		t.Error("no rule differs from Tyk's verdict")
	}
}
