package keyfile

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestLoadMakesAndKeeps(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "tykctl.key")
	first, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(first) != Size || bytes.Equal(first, make([]byte, Size)) {
		t.Errorf("the key is %x", first)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o600 {
		t.Errorf("mode is %v, want 0600", info.Mode())
	}
	again, err := Load(path)
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("the second time the key is %x, %v, want %x", again, err, first)
	}
	other, err := Load(filepath.Join(t.TempDir(), "tykctl.key"))
	if err != nil || bytes.Equal(first, other) {
		t.Errorf("two installations have one key, or %v", err)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("the directory has %v, %v, want the key alone", left, err)
	}
}

// TestFirstStartsAgree: of many first starts at once each has the key that stays.
func TestFirstStartsAgree(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tykctl.key")
	keys := make([][]byte, 8)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			var err error
			if keys[i], err = Load(path); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, k := range keys {
		if !bytes.Equal(k, keys[0]) {
			t.Fatalf("keys differ: %x, %x", k, keys[0])
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	good := strings.Repeat("0123456789abcdef", 4)
	for name, test := range map[string]struct {
		content string
		mode    fs.FileMode
		want    string
	}{
		"group may read":   {good, 0o640, "mode 0640"},
		"world may read":   {good, 0o604, "chmod 600"},
		"others may write": {good, 0o622, "mode 0622"},
		"empty":            {"", 0o600, "64 hexadecimal digits"},
		"short":            {good[:62], 0o600, "64 hexadecimal digits"},
		"long":             {good + "00", 0o600, "64 hexadecimal digits"},
		"not hexadecimal":  {"x" + good[1:], 0o600, "64 hexadecimal digits"},
		"far too long":     {strings.Repeat(good, 1000), 0o600, "64 hexadecimal digits"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "tykctl.key")
			if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, test.mode); err != nil {
				t.Fatal(err)
			}
			_, err := Load(path)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("error is %v, want it to name the file and to say %q", err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), good[:16]) {
				t.Errorf("error %v shows the key", err)
			}
			after, err := os.ReadFile(path)
			if err != nil || string(after) != test.content {
				t.Errorf("the file was changed, or %v", err)
			}
		})
	}
	if _, err := Load(t.TempDir()); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("error for a directory is %v", err)
	}
}

// TestLoadAcceptsSpace: an editor adds a line end.
func TestLoadAcceptsSpace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tykctl.key")
	if err := os.WriteFile(path, []byte(" "+strings.Repeat("0F", Size)+"\r\n\n"), 0o400); err != nil {
		t.Fatal(err)
	}
	key, err := Load(path)
	if err != nil || !bytes.Equal(key, bytes.Repeat([]byte{15}, Size)) {
		t.Errorf("key is %x, %v", key, err)
	}
}
