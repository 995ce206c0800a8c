package main

import (
	"go/build"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The arrows between packages: who may import whom. They are what keeps the program in layers; a new one is a decision, made here.
var arrows = map[string][]string{
	"cmd/tykctl":                 {"..."},
	"cmd/internal/atomicfile":    {},
	"cmd/internal/baseline":      {"cmd/internal/atomicfile", "compiler/check", "oas/diag"},
	"cmd/internal/clientfile":    {"cmd/internal/gateway", "cmd/internal/listfile", "oas/source"},
	"cmd/internal/gateway":       {},
	"cmd/internal/oauthclient":   {},
	"cmd/internal/config":        {"cmd/internal/ownfile", "compiler/check", "oas", "oas/diag", "oas/policies", "oas/source", "oas/typo"},
	"cmd/internal/certs":         {},
	"cmd/internal/exit":          {},
	"cmd/internal/git":           {"cmd/internal/exit"},
	"cmd/internal/keyfile":       {},
	"cmd/internal/ownfile":       {"oas/diag", "oas/source"},
	"cmd/internal/tykconf":       {"cmd/internal/ownfile", "oas/diag", "oas/source", "oas/typo"},
	"cmd/internal/project":       {"cmd/internal/exit", "cmd/internal/lint", "oas", "oas/source"},
	"cmd/internal/watch":         {},
	"cmd/internal/fix":           {"cmd/internal/atomicfile", "cmd/internal/atomicfile", "oas", "oas/diag", "oas/source"},
	"cmd/internal/lsp":           {"oas/diag", "oas/source", "oas/tyk", "schemas"},
	"cmd/internal/listfile":      {"cmd/internal/ownfile", "oas/diag", "oas/source", "oas/typo"},
	"cmd/internal/userfile":      {"cmd/internal/listfile", "oas/source", "runtime/store", "runtime/users"},
	"cmd/internal/lint":          {"cmd/internal/exit", "cmd/internal/git", "compiler", "compiler/check", "compiler/ignore", "oas", "oas/diag", "oas/policies", "oas/source"},
	"compiler":                   {"compiler/check", "compiler/lower", "compiler/plan", "oas", "oas/diag", "oas/policies"},
	"compiler/check":             {"oas", "oas/classic", "oas/diag", "oas/policies", "oas/source", "oas/tyk", "oas/typo", "schemas"},
	"compiler/compare":           {"compiler/plan", "oas", "oas/diag", "oas/source"},
	"compiler/ignore":            {"compiler/check", "oas/diag", "oas/source"},
	"compiler/lower":             {"oas", "oas/diag", "oas/policies", "oas/source", "oas/tyk", "compiler/plan"},
	"compiler/plan":              {},
	"oas":                        {"oas/diag", "oas/source", "oas/tyk", "oas/typo", "schemas"},
	"oas/classic":                {"oas/diag", "oas/source"},
	"oas/diag":                   {"oas/source"},
	"oas/policies":               {"oas/diag", "oas/source", "oas/typo"},
	"oas/source":                 {},
	"oas/tyk":                    {},
	"oas/typo":                   {},
	"schemas":                    {"oas/tyk", "oas/typo"},
	"runtime":                    {"compiler/plan", "runtime/notify", "runtime/access", "runtime/admin", "runtime/identity", "runtime/oauth", "runtime/proxy", "runtime/router", "runtime/store", "runtime/internal/answer", "runtime/internal/unsafestr", "runtime/compat", "runtime/limit", "runtime/policy"},
	"runtime/access":             {"compiler/plan", "runtime/policy", "runtime/store", "runtime/internal/unsafestr"},
	"runtime/identity":           {"compiler/plan", "runtime/oauth", "runtime/store", "runtime/users", "runtime/internal/reqbody"},
	"runtime/users":              {"runtime/store", "runtime/internal/password"},
	"runtime/admin":              {"compiler/plan", "runtime/compat", "runtime/limit", "runtime/oauth", "runtime/policy", "runtime/store", "runtime/internal/answer", "runtime/internal/password", "runtime/internal/reqbody"},
	"runtime/compat":             {},
	"runtime/notify":             {"runtime/store"},
	"runtime/oauth":              {"compiler/plan", "runtime/store", "runtime/internal/answer", "runtime/internal/reqbody", "runtime/compat", "runtime/policy", "runtime/internal/password"},
	"runtime/limit":              {"compiler/plan", "runtime/store"},
	"runtime/policy":             {"compiler/plan"},
	"runtime/proxy":              {"compiler/plan", "runtime/internal/unsafestr"},
	"runtime/router":             {"compiler/plan", "runtime/internal/unsafestr"},
	"runtime/store":              {},
	"runtime/store/memory":       {"runtime/store"},
	"runtime/store/bolt":         {"runtime/store"},
	"runtime/store/storetest":    {"runtime/store"},
	"runtime/internal/answer":    {},
	"runtime/internal/password":  {},
	"runtime/internal/reqbody":   {},
	"runtime/internal/unsafestr": {},
	"examples/echo":              {},
	"examples/identity-server":   {},
}

// homes are the packages that may import a foreign library; every other one reaches it through them.
var homes = map[string][]string{
	"github.com/spf13/cobra":                     {"cmd/tykctl"},
	"github.com/spf13/pflag":                     {"cmd/tykctl"},
	"github.com/bmatcuk/doublestar/v4":           {"cmd/internal/config", "cmd/internal/lint"},
	"github.com/clipperhouse/displaywidth":       {"oas/diag"},
	"github.com/fsnotify/fsnotify":               {"cmd/internal/watch"},
	"golang.org/x/crypto/argon2":                 {"runtime/internal/password"},
	"golang.org/x/crypto/bcrypt":                 {"runtime/internal/password"},
	"golang.org/x/term":                          {"cmd/tykctl"},
	"github.com/getkin/kin-openapi/openapi3":     {"oas", "compiler/check", "compiler/compare", "compiler/lower"},
	"github.com/santhosh-tekuri/jsonschema/v5":   {"schemas"},
	"gopkg.in/yaml.v3":                           {"oas/source"},
	"github.com/sourcegraph/jsonrpc2":            {"cmd/internal/lsp"},
	"github.com/valyala/fasthttp":                {"runtime", "runtime/access", "runtime/admin", "runtime/identity", "runtime/oauth", "runtime/proxy", "runtime/internal/answer", "runtime/internal/reqbody"},
	"go.etcd.io/bbolt":                           {"runtime/store/bolt"},
	"unsafe":                                     {"runtime/internal/unsafestr"},
	"pgregory.net/rapid":                         {"runtime/store/storetest"},
	"github.com/google/go-cmp/cmp":               {"runtime/store/storetest"},
	"github.com/google/go-cmp/cmp/cmpopts":       {"runtime/store/storetest"},
	"github.com/rogpeppe/go-internal/testscript": {},
	"github.com/rogpeppe/go-internal/diff":       {"cmd/internal/fix"},
}

func TestImports(t *testing.T) {
	const module = "github.com/tykctl/tykctl/"
	out, err := exec.Command("go", "list", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range strings.Fields(string(out)) {
		name := strings.TrimPrefix(path, module)
		allowed, known := arrows[name]
		if !known {
			t.Errorf("package %s has no entry: say whom it may import", name)
			continue
		}
		pkg, err := build.Import(path, "../..", 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, imported := range pkg.Imports {
			own, isOurs := strings.CutPrefix(imported, module)
			if isOurs && !slices.Contains(allowed, own) && !slices.Contains(allowed, "...") {
				t.Errorf("%s imports %s: there is no such arrow", name, own)
			}
			if home, foreign := homes[imported]; foreign && !slices.Contains(home, name) {
				t.Errorf("%s imports %s, which belongs to %v", name, imported, home)
			}
			if _, foreign := homes[imported]; !isOurs && !foreign && strings.Contains(strings.Split(imported, "/")[0], ".") && !under(imported) {
				t.Errorf("%s imports %s, which has no home", name, imported)
			}
		}
	}
}

// under reports whether an import path is a sub-package of a library that has a home.
func under(path string) bool {
	for library := range homes {
		if strings.HasPrefix(path, library+"/") {
			return true
		}
	}
	return false
}
