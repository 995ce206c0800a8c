package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/oas/diag"
)

// TestExtends holds the order in which files count, and what their patterns and paths are relative to.
func TestExtends(t *testing.T) {
	c := loaded(t, disk{
		"team/.tykctl.yaml": `
extends: [../company.yaml, conf/base.json]
rules: {TYK204: warning}
overrides: [{files: [legacy/**], rules: {TYK311: info}}]
ignore: ["!vendor/ours/**"]
`,
		"company.yaml": `
extends: strict
target: "5.3"
rules: {TYK204: off, TYK205: off, TYK206: off}
overrides: [{files: ["team/legacy/**", "other/**"], rules: {TYK204: error, TYK311: off}}]
ignore: [team/vendor]
policies: policies.json
failOn: error
`,
		"team/conf/base.json": `{"target": "5.8", "rules": {"TYK205": "info"}, "baseline": "b.json", "failOn": "warning"}`,
	}, "team/.tykctl.yaml")
	for _, tt := range []struct {
		code diag.Code
		file string
		want string
	}{
		{"TYK204", "team/a.yaml", "warning"},
		{"TYK204", "team/legacy/a.yaml", "error"}, // an override beats a rule, wherever it stands
		{"TYK204", "other/a.yaml", "error"},
		{"TYK204", "legacy/a.yaml", "warning"},
		{"TYK311", "team/legacy/a.yaml", "info"},
		{"TYK205", "team/a.yaml", "info"},
		{"TYK206", "team/a.yaml", "off"},
		{"TYK207", "team/a.yaml", "error"},
	} {
		if got, _ := c.Severity(tt.code, tt.file, diag.Error); word(got) != tt.want {
			t.Errorf("%s in %s is %s, want %s", tt.code, tt.file, word(got), tt.want)
		}
	}
	if got, _ := c.Severity("TYK210", "team/a.yaml", diag.Warning); got != diag.Error {
		t.Errorf("strict is lost: TYK210 is %s", got)
	}
	if !c.Ignored("team/vendor/a.yaml") || c.Ignored("team/vendor/ours/a.yaml") {
		t.Error("what a file ignores does not add to what the extended one ignores")
	}
	if got := c.Target("a.yaml"); got != "5.8" {
		t.Errorf("target %q, want that of the later file", got)
	}
	for what, got := range map[string]string{c.Policies.V: "policies.json", c.Baseline.V: filepath.FromSlash("team/conf/b.json"), c.FailOn.V: "warning"} {
		if what != got {
			t.Errorf("got %q, want %q", what, got)
		}
	}
	if want := []string{"team/.tykctl.yaml", "company.yaml", "team/conf/base.json"}; !slices.Equal(c.Sources, want) {
		t.Errorf("sources %q, want %q", c.Sources, want)
	}
}

// TestExtendsIsBounded holds that circles, towers and crowds of files end.
func TestExtendsIsBounded(t *testing.T) {
	tower, crowd, doubling := disk{}, disk{}, disk{}
	for i := range 20 {
		tower[fmt.Sprintf("%d.yaml", i)] = fmt.Sprintf("extends: ./%d.yaml", i+1)
		doubling[fmt.Sprintf("%d.yaml", i)] = fmt.Sprintf("extends: [./%d.yaml, ./%d.yaml, ./%d.yaml]", i+1, i+1, i+1)
	}
	doubling["7.yaml"] = "failOn: info"
	crowd["0.yaml"] = "extends: [" + strings.Repeat("./1.yaml, ", 100) + "./1.yaml]"
	crowd["1.yaml"] = "failOn: info"
	for _, tt := range []struct {
		name string
		disk disk
		want string
	}{
		{"a circle of two", disk{"0.yaml": "extends: ./a.yaml", "a.yaml": "failOn: info\nextends: ./0.yaml"}, `a.yaml:2:10: "./0.yaml" extends this file, or is it`},
		{"a tower", tower, "7.yaml:1:10: files extend each other more than 8 deep"},
		{"a crowd", crowd, "0.yaml:1:651: more than 64 files are extended"},
		{"each three more", doubling, "more than 64 files are extended"},
	} {
		_, err := tt.disk.load("0.yaml")
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	if _, err := (disk{"0.yaml": "extends: [./a.yaml, ./a.yaml]", "a.yaml": ""}).load("0.yaml"); err != nil {
		t.Errorf("one file twice: %v", err)
	}
}

func TestFind(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files string // "dir/" makes a directory
		home  string
		want  string // the file from the directory a/b, or why there is none
	}{
		{"here", "a/b/.tykctl.yaml", "", ".tykctl.yaml"},
		{"JSON", "a/b/.tykctl.json", "", ".tykctl.json"},
		{"above", "a/.tykctl.yml a/b/", "", "../.tykctl.yml"},
		{"far above", ".tykctl.yaml a/b/", "", "../../.tykctl.yaml"},
		{"the nearest", ".tykctl.yaml a/.tykctl.json a/b/", "", "../.tykctl.json"},
		{"beside .git", "a/.tykctl.yaml a/.git/ a/b/", "", "../.tykctl.yaml"},
		{"beyond .git", ".tykctl.yaml a/.git/ a/b/", "", "it holds .git"},
		{"beyond .git, a file", ".tykctl.yaml a/.git a/b/", "", "it holds .git"},
		{"at home", "a/.tykctl.yaml a/b/", "a", "../.tykctl.yaml"},
		{"beyond home", ".tykctl.yaml a/b/", "a", "it is the home directory"},
		{"two", "a/.tykctl.yaml a/.tykctl.json a/b/", "", "../.tykctl.json: the directory holds .tykctl.yaml as well: only one of them can count"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for name := range strings.FieldsSeq(tt.files) {
				path := filepath.Join(dir, name)
				mkdir(t, filepath.Dir(path))
				if strings.HasSuffix(name, "/") {
					mkdir(t, path)
				} else if err := os.WriteFile(path, nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			home := filepath.Join(dir, tt.home)
			if tt.home == "" {
				home = filepath.Join(dir, "nobody")
			}
			t.Setenv("HOME", home)
			t.Setenv("USERPROFILE", home)
			t.Chdir(filepath.Join(dir, "a", "b"))
			found, err := Find(".")
			got := filepath.ToSlash(found.Path) + found.Why
			if err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func mkdir(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
}

// TestFindAtRoot holds that a search without a result ends at the root.
func TestFindAtRoot(t *testing.T) {
	root := filepath.VolumeName(t.TempDir()) + string(filepath.Separator)
	if found, err := Find(root); err != nil || found.Last != root || found.Path == "" && found.Why == "" {
		t.Errorf("%+v, %v", found, err)
	}
}

// TestLinks holds that a file is the same one by whatever way its directory is reached, and that an extended file is recognised through a link.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	real := filepath.Join(dir, "real")
	mkdir(t, filepath.Join(real, "legacy"))
	if err := os.Symlink(real, filepath.Join(dir, "link")); err != nil {
		t.Skip(err)
	}
	write(t, filepath.Join(real, ".tykctl.yaml"), "ignore: [legacy/*]")
	write(t, filepath.Join(real, "legacy", "a.yaml"), "")
	t.Chdir(dir)
	for _, path := range []string{"real/.tykctl.yaml", "link/.tykctl.yaml", filepath.Join(real, ".tykctl.yaml")} {
		c, err := Load(filepath.FromSlash(path))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range []string{"real/legacy/a.yaml", "link/legacy/a.yaml", filepath.Join(dir, "link", "legacy", "a.yaml")} {
			if !c.Ignored(file) {
				t.Errorf("with %s, %s is not ignored", path, file)
			}
		}
		if c.Ignored("link/b.yaml") || c.Ignored("legacy/a.yaml") {
			t.Errorf("with %s, too much is ignored", path)
		}
	}
	write(t, filepath.Join(real, "x.yaml"), "extends: ../link/x.yaml")
	if _, err := Load(filepath.Join("real", "x.yaml")); err == nil || !strings.Contains(err.Error(), "extends this file, or is it") {
		t.Errorf("a circle through a link: %v", err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
