package userfile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/cmd/internal/listfile"
)

const hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "users.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoad(t *testing.T) {
	list, err := Load(write(t, `
users:
  - name: alice
    passwordHash: `+hash+`
    orgId: org
    session: {apply_policies: [gold], meta_data: {team: a}}
  - {name: bob, passwordHash: "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"}
`))
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[0].Name != "alice" || list[0].OrgID != "org" || list[0].PasswordHash != hash || !list[0].FromFile {
		t.Errorf("%+v", list)
	}
	if got := string(list[0].Session); got != `{"apply_policies":["gold"],"meta_data":{"team":"a"}}` {
		t.Errorf("session: %s", got)
	}
	if list[1].Session != nil {
		t.Errorf("session of one who has none: %s", list[1].Session)
	}
	if list, err = Load(write(t, `[{"name": "carol", "passwordHash": "`+hash+`"}]`)); err != nil || len(list) != 1 {
		t.Errorf("a bare list: %v %v", list, err)
	}
}

func TestMistakes(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"a password":       {"users:\n  - name: a\n    passwordHash: hunter2\n", "users.yaml:3:19: passwordHash is no hash; passwords are not written into files"},
		"costly hash":      {"users:\n  - name: a\n    passwordHash: $argon2id$v=19$m=9999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc\n", "users.yaml:3:19: passwordHash is no hash that can be compared with"},
		"no name":          {"users:\n  - passwordHash: " + hash + "\n", "users.yaml:2:5: name is missing"},
		"no hash":          {"users:\n  - name: a\n", "users.yaml:2:5: passwordHash is missing"},
		"unknown field":    {"users:\n  - name: a\n    passwordhash: x\n    passwordHash: " + hash + "\n", `users.yaml:3:5: unknown field "passwordhash"`},
		"twice":            {"users:\n  - {name: a, passwordHash: " + hash + "}\n  - {name: a, passwordHash: " + hash + "}\n", `users.yaml:3:12: user "a" is in line 2 already`},
		"name is a number": {"users:\n  - {name: 1, passwordHash: " + hash + "}\n", `users.yaml:2:12: name is the number 1, expected a string`},
		"session":          {"users:\n  - {name: a, passwordHash: " + hash + ", session: gold}\n", "session is a string, expected an object"},
		"no list":          {"users: alice\n", "users.yaml:1:8: users is a string, expected a list"},
		"another member":   {"user: []\n", `users.yaml:1:1: unknown field "user"`},
		"syntax":           {"users: [\n", "users.yaml:"},
		"item":             {"users:\n  - alice\n", "users.yaml:2:5: item 1 of users is a string, expected an object"},
	} {
		_, err := Load(write(t, tt.text))
		var mistakes *listfile.Error
		if !errors.As(err, &mistakes) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var out strings.Builder
		if err := mistakes.Write(&out, false); err != nil || strings.Contains(mistakes.Error(), "hunter2") {
			t.Errorf("%s: %v %s", name, err, out.String())
		}
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := Load(t.TempDir()); err == nil {
		t.Error("a directory was read")
	}
}
