package git_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/git"
)

// repository is a directory with one commit, tagged "before", and files changed since.
func repository(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	call := func(args ...string) {
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=a", "-c", "user.email=a@example.com"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	write("apis/a b.yaml", "old")
	write("apis/empty.yaml", "")
	call("init", "-q")
	call("add", ".")
	call("commit", "-q", "-m", "first")
	call("tag", "before")
	write("apis/a b.yaml", "new")
	write("apis/later.yaml", "new")
	return dir
}

func TestRead(t *testing.T) {
	dir := repository(t)
	tree, err := git.Open(t.Context(), filepath.Join(dir, "apis"), "before")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"apis/a b.yaml": "old", "apis/empty.yaml": ""} {
		if data, err := tree.Read(filepath.Join(dir, name)); err != nil || string(data) != want {
			t.Errorf("%s: %q, %v; want %q", name, data, err, want)
		}
	}
	for _, name := range []string{"apis/later.yaml", "apis", "apis/x\n", "../outside.yaml"} {
		if data, err := tree.Read(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %q, %v; want fs.ErrNotExist", name, data, err)
		}
	}
	if data, err := tree.Read(filepath.Join(dir, "apis/a b.yaml")); err != nil || string(data) != "old" {
		t.Errorf("after what was not there: %q, %v", data, err)
	}
	files, err := tree.FS(filepath.Join(dir, "apis"))
	if err != nil {
		t.Fatal(err)
	}
	if data, err := fs.ReadFile(files, "a b.yaml"); err != nil || string(data) != "old" {
		t.Errorf("through FS: %q, %v", data, err)
	}
	if info, err := fs.Stat(files, "."); err != nil || !info.IsDir() {
		t.Errorf("the directory: %v, %v", info, err)
	}
	for _, name := range []string{"later.yaml", "../apis/a b.yaml", "/etc/passwd"} {
		if _, err := fs.ReadFile(files, name); err == nil {
			t.Errorf("%s can be read through FS", name)
		}
	}
	if err := tree.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := repository(t)
	for _, ref := range []string{"nowhere", "--help", "HEAD:apis"} {
		if _, err := git.Open(t.Context(), dir, ref); exit.Code(err) != exit.Usage || !strings.Contains(err.Error(), "knows no commit") {
			t.Errorf("%s: %v", ref, err)
		}
	}
	if _, err := git.Open(t.Context(), t.TempDir(), "HEAD"); exit.Code(err) != exit.Input {
		t.Errorf("outside of a repository: %v", err)
	}
}
