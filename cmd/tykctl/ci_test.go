package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// These tests hold together what CI services read: files that no compiler looks at. What they do when they run is told by
// testdata/script/ci-*.txtar and .ci/integrations.

func readRepo(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func decodeRepo(t *testing.T, name string, into any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(readRepo(t, name)), into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// TestActionHandsInputsOver: each input reaches run.sh, in the environment alone, and foreign actions are pinned to a commit.
func TestActionHandsInputsOver(t *testing.T) {
	var action struct {
		Inputs map[string]struct {
			Description string
			Default     *string
		}
		Outputs map[string]struct{ Value string }
		Runs    struct {
			Steps []struct {
				Uses, Run string
				Env       map[string]string
			}
		}
	}
	decodeRepo(t, ".github/actions/validate/action.yml", &action)
	script := readRepo(t, ".github/actions/validate/run.sh")
	if len(action.Inputs) == 0 || len(action.Outputs) == 0 || len(action.Runs.Steps) == 0 {
		t.Fatal("the action has no inputs, outputs or steps")
	}
	env := action.Runs.Steps[0].Env
	for name, input := range action.Inputs {
		variable := "INPUT_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		if got, want := env[variable], "${{ inputs."+name+" }}"; got != want {
			t.Errorf("%s is %q, want %q", variable, got, want)
		}
		if !strings.Contains(script, "$"+variable) {
			t.Errorf("run.sh does not read %s", variable)
		}
		if input.Default == nil || input.Description == "" {
			t.Errorf("input %s has no default or no description", name)
		}
	}
	for name, output := range action.Outputs {
		if want := "${{ steps.validate.outputs." + name + " }}"; output.Value != want {
			t.Errorf("output %s is %q, want %q", name, output.Value, want)
		}
	}
	pinned := regexp.MustCompile(`^[\w./-]+@[0-9a-f]{40}$`)
	for _, step := range action.Runs.Steps {
		if strings.Contains(step.Run, "${{") {
			t.Errorf("%q: what is put into a script can be code", step.Run)
		}
		if step.Uses != "" && !pinned.MatchString(step.Uses) {
			t.Errorf("%s is not pinned to a commit", step.Uses)
		}
	}
}

// TestHooks: one process sees all files, or the hook looks for them itself.
func TestHooks(t *testing.T) {
	var hooks []struct {
		ID            string
		Entry         string
		Language      string
		RequireSerial bool  `yaml:"require_serial"`
		PassFilenames *bool `yaml:"pass_filenames"`
	}
	decodeRepo(t, ".pre-commit-hooks.yaml", &hooks)
	if len(hooks) == 0 {
		t.Fatal("there is no hook")
	}
	for _, h := range hooks {
		passed := h.PassFilenames == nil || *h.PassFilenames
		if passed != strings.Contains(h.Entry, "--skip-others") || passed != h.RequireSerial {
			t.Errorf("%s: a hook that is given names needs require_serial and --skip-others; one that is given none needs neither", h.ID)
		}
		words := strings.Fields(h.Entry)
		if h.Language != "golang" || len(words) < 2 || words[0] != "tykctl" {
			t.Errorf("%s: entry %q in language %q is not what `go install` of this module provides", h.ID, h.Entry, h.Language)
		}
	}
}

// TestGitLabImage: the image has the Go that go.mod wants, for an image must not fetch another one.
func TestGitLabImage(t *testing.T) {
	var jobs map[string]struct{ Image string }
	decodeRepo(t, "docs/ci/tykctl.gitlab-ci.yml", &jobs)
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(readRepo(t, "go.mod"))
	if got, want := jobs["tykctl"].Image, "golang:"+version[1]; got != want {
		t.Errorf("the image is %q, want %q", got, want)
	}
}

// TestCIFlags: flags of tykctl that hooks, scripts, templates and docs/ci.md name exist.
func TestCIFlags(t *testing.T) {
	flags := newValidateCmd(stdio{}).Flags()
	flag := regexp.MustCompile("(?:^|[\\s`'\"(])--([a-z][a-z-]*)")
	for _, name := range []string{
		".pre-commit-hooks.yaml", ".github/actions/validate/action.yml", ".github/actions/validate/run.sh",
		"docs/ci/github-workflow.yml", "docs/ci/tykctl.gitlab-ci.yml", "docs/ci.md",
	} {
		for _, m := range flag.FindAllStringSubmatch(readRepo(t, name), -1) {
			if flags.Lookup(m[1]) == nil {
				t.Errorf("%s names --%s, which `tykctl validate` has not", name, m[1])
			}
		}
	}
}
