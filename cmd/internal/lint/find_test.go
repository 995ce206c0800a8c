package lint_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/lint"
)

// tree makes a directory of files the working directory.
func tree(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func names(inputs []lint.Input) []string {
	var list []string
	for _, in := range inputs {
		list = append(list, in.Name)
	}
	return list
}

func TestInputs(t *testing.T) {
	tree(t, map[string]string{
		"a.json": "", "b.YAML": "", "c.txt": "", "sub/d.yml": "", "sub/.hidden/e.yaml": "", "sub/node_modules/f.json": "", "sub/vendor/g.json": "", "[odd].json": "",
	})
	tests := []struct {
		name string
		args []string
		want []string // nil: an error
	}{
		{"a directory", []string{"."}, []string{"[odd].json", "a.json", "b.YAML", "sub/d.yml"}},
		{"each once", []string{"sub", "a.json", "sub/d.yml", "a.json"}, []string{"a.json", "sub/d.yml"}},
		{"a file of any name", []string{"c.txt"}, []string{"c.txt"}},
		{"a hidden directory that is named", []string{"sub/.hidden"}, []string{"sub/.hidden/e.yaml"}},
		{"a pattern", []string{"**/*.{json,yml}"}, []string{"[odd].json", "a.json", "sub/d.yml", "sub/node_modules/f.json", "sub/vendor/g.json"}},
		{"a file before a pattern", []string{"[odd].json"}, []string{"[odd].json"}},
		{"standard input", []string{"-", "a.json"}, []string{"a.json", "given"}},
		{"a pattern that matches nothing", []string{"*.toml"}, nil},
		{"one that matches nothing among others", []string{"a.json", "x/**"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := lint.Search{StdinName: "given"}.Inputs(tt.args)
			if tt.want == nil && exit.Code(err) != exit.Usage || tt.want != nil && err != nil {
				t.Fatalf("error %v", err)
			}
			if diff := cmp.Diff(tt.want, names(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if _, err := (lint.Search{}).Inputs([]string{"missing.json"}); exit.Code(err) != exit.Input {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestGitIgnore(t *testing.T) {
	files := map[string]string{
		".gitignore":     "# built\n/out\n*.gen.json\nlogs/\n!keep.gen.json\ndoc/*.yaml\n\\#odd.json\n{b}.json\ntrail.json  \n**/deep/x.json\n",
		"sub/.gitignore": "local.yaml\r\n!logs/\n",
	}
	all := []string{
		"a.json", "out/a.json", "sub/out/a.json", "a.gen.json", "sub/keep.gen.json", "logs/a.json", "sub/logs/a.json", "doc/a.yaml", "doc/sub/a.yaml",
		"sub/doc/a.yaml", "#odd.json", "b.json", "{b}.json", "trail.json", "x/deep/x.json", "local.yaml", "sub/local.yaml", "logs.json", "out.json",
	}
	for _, name := range all {
		files[name] = ""
	}
	tree(t, files)
	slices.Sort(all)
	got, err := lint.Search{}.Inputs([]string{"."})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(all, names(got)); diff != "" {
		t.Errorf("outside of a repository nothing is left out:\n%s", diff)
	}
	if err := os.Mkdir(".git", 0o700); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"a.json", "b.json", "doc/sub/a.yaml", "local.yaml", "logs.json", "out.json", "sub/doc/a.yaml", "sub/keep.gen.json", "sub/logs/a.json", "sub/out/a.json",
	}
	for _, args := range [][]string{{"."}, {"**/*"}} {
		got, err := lint.Search{}.Inputs(args)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, names(got)); diff != "" {
			t.Errorf("%v: %s", args, diff)
		}
	}
	// What is named is checked, whatever is ignored.
	if got, err := (lint.Search{}).Inputs([]string{"out"}); err != nil || len(got) != 1 {
		t.Errorf("a named directory: %v, %v", got, err)
	}
	if got, err := (lint.Search{}).Inputs([]string{"out/a.json"}); err != nil || len(got) != 1 {
		t.Errorf("a named file: %v, %v", got, err)
	}
}
