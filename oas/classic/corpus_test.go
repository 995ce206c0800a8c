package classic_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/compiler"
	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/classic"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// spelledOut is what differs where the gateway writes authentication without a method.
var spelledOut = []string{"/components/securitySchemes", "/security", "/x-tyk-api-gateway/server/authentication/securitySchemes"}

// deliberate are the definitions that become something else than with Tyk Gateway 5.8.11: where, and why.
var deliberate = map[string]struct {
	reason string
	at     []string
}{
	"basic.json":             {"basic authentication is lost without auth_configs", spelledOut},
	"jwt.json":               {"JWT is lost without auth_configs", spelledOut},
	"oauth2-auth-only.json":  {"OAuth is lost without auth_configs", spelledOut},
	"oauth2-minimal.json":    {"OAuth is lost without auth_configs", spelledOut},
	"oauth2-minimal-2.json":  {"OAuth is lost without auth_configs", spelledOut},
	"rate-limit.json":        {"the authentication token, in use without being named, is named", spelledOut},
	"sample-auth-token.json": {"the authentication token, in use without being named, is named", spelledOut},
	"extended-paths-regex.json": {"entries of the allow list without actions are lost", []string{
		"/paths/~1files~1{customRegex1}", "/paths/~1users~1{id}", "/paths/~1v1~1{customRegex1}~1x",
		"/x-tyk-api-gateway/middleware/operations/files~1.*GET", "/x-tyk-api-gateway/middleware/operations/users~1{id}GET",
		"/x-tyk-api-gateway/middleware/operations/v1~1[a-z]+~1xPOST",
	}},
}

// unfinished are the definitions whose results need a person: the code that says so.
var unfinished = map[string]diag.Code{
	"demo-oauth2.json": "TYK208", "oauth2-implicit.json": "TYK208", "oauth2-minimal.json": "TYK208", "oauth2-minimal-2.json": "TYK208", // no login page
	"oauth2-no-source.json": "TYK209",
}

// TestCorpus compares what becomes of the Classic definitions in the directory that TYKCTL_CORPUS names with what Tyk Gateway 5.8.11 makes of
// them, and prints the table.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("TYKCTL_CORPUS")
	if dir == "" {
		t.Skip("TYKCTL_CORPUS is not set")
	}
	files, err := filepath.Glob(filepath.Join(dir, "classic", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	count := map[string]int{}
	for _, path := range files {
		name := filepath.Base(path)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, err := source.Index(name, data)
		if err != nil {
			t.Fatal(err)
		}
		defs, list := classic.Convert(file)
		outcome := "refused by Tyk"
		if want, ok := expected(t, filepath.Join(dir, "import-expected", "classic", name)); ok {
			diffs := compare(t, want, defs)
			why, other := deliberate[name]
			switch {
			case !slices.Equal(diffs, why.at):
				t.Errorf("%s differs at %q, expected %q", name, diffs, why.at)
			case other:
				outcome = "other: " + why.reason
			default:
				outcome = "equal"
			}
		}
		kind, _, _ := strings.Cut(outcome, ":")
		count[kind]++
		t.Logf("%-44s %d definition(s), %d lost, %s", name, len(defs), list.Count(diag.Warning), outcome)
		for _, d := range checked(defs) {
			if d.Code != unfinished[name] {
				t.Errorf("%s: the result has an error: %s %s", name, d.Code, d.Message)
			}
		}
	}
	t.Logf("equal %d, other on purpose %d, refused by Tyk and converted here %d", count["equal"], count["other"], count["refused by Tyk"])
}

// checked is what is wrong with the results, beyond hints.
func checked(defs []classic.Definition) diag.List {
	var docs []*oas.Document
	var all diag.List
	for _, d := range defs {
		doc, list := oas.Load(d.ID+".json", d.Data)
		docs, all = append(docs, doc), append(all, list...)
	}
	all = append(all, compiler.Check(docs, check.Options{})...)
	return slices.DeleteFunc(all, func(d diag.Diagnostic) bool { return d.Severity < diag.Error })
}

type conversion struct {
	OAS      any   `json:"oas"`
	Versions []any `json:"versions"`
}

func expected(t *testing.T, path string) (conversion, bool) {
	t.Helper()
	var c conversion
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return c, false
	}
	if err == nil {
		err = json.Unmarshal(data, &c)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c, true
}

// compare lists the pointers at which the definitions differ. The ids of versions are random with Tyk.
func compare(t *testing.T, want conversion, defs []classic.Definition) []string {
	t.Helper()
	var diffs []string
	all := append([]any{want.OAS}, want.Versions...)
	if len(all) != len(defs) {
		return []string{fmt.Sprintf("%d definitions, want %d", len(defs), len(all))}
	}
	for i := range defs {
		var got any
		if err := json.Unmarshal(defs[i].Data, &got); err != nil {
			t.Fatalf("%v\n%s", err, defs[i].Data)
		}
		diffs = differences(diffs, "", got, all[i])
	}
	slices.Sort(diffs)
	return slices.DeleteFunc(diffs, func(d string) bool {
		return strings.HasPrefix(d, "/x-tyk-api-gateway/info/versioning/versions/") && strings.HasSuffix(d, "/id") ||
			d == "/x-tyk-api-gateway/info/id" && len(defs) > 1
	})
}

func differences(diffs []string, at string, got, want any) []string {
	g, isMap := got.(map[string]any)
	w, both := want.(map[string]any)
	if isMap && both {
		keys := map[string]bool{}
		for k := range g {
			keys[k] = true
		}
		for k := range w {
			keys[k] = true
		}
		for k := range keys {
			diffs = differences(diffs, at+"/"+strings.ReplaceAll(k, "/", "~1"), g[k], w[k])
		}
		slices.Sort(diffs)
		return diffs
	}
	ga, isList := got.([]any)
	wa, bothLists := want.([]any)
	if isList && bothLists && len(ga) == len(wa) {
		for i := range ga {
			diffs = differences(diffs, fmt.Sprintf("%s/%d", at, i), ga[i], wa[i])
		}
		return diffs
	}
	if !reflect.DeepEqual(got, want) {
		diffs = append(diffs, at)
	}
	return diffs
}
