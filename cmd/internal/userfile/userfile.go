// Package userfile reads the users file: the resource owners of the password grant (RFC 6749 §4.3), each with the hash of a password, never the
// password itself.
package userfile

import (
	"strings"

	"github.com/tykctl/tykctl/cmd/internal/listfile"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/runtime/store"
	"github.com/tykctl/tykctl/runtime/users"
)

// Load reads a users file. What is wrong with it is a *listfile.Error.
func Load(path string) ([]store.User, error) {
	type name struct{ org, name string }
	var list []store.User
	first := map[name]source.Node{}
	err := listfile.Load(path, "users", func(r *listfile.Reader, n source.Node) {
		u := user(r, n)
		key := name{u.OrgID, u.Name}
		if before, twice := first[key]; twice && u.Name != "" {
			r.Mistake(n.Get("name").Range(), "remove one of them", "user %q is in line %d already", u.Name, before.Get("name").Range().Start.Line)
			return
		}
		first[key] = n
		list = append(list, u)
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

func user(r *listfile.Reader, n source.Node) store.User {
	r.Fields(n, "name", "orgId", "passwordHash", "session")
	u := store.User{FromFile: true}
	var ok bool
	u.Name, ok = r.Required(n, "name", "write what the user types, such as name: alice")
	if ok && len(u.Name) > users.MaxName {
		r.Mistake(n.Get("name").Range(), "choose a shorter one", "name is longer than %d bytes", users.MaxName)
	}
	u.OrgID, _ = r.Text(n, "orgId")
	if u.PasswordHash, ok = r.Required(n, "passwordHash", "print one with `tykctl user hash`"); ok {
		checkHash(r, n.Get("passwordHash"))
	}
	u.Session = r.Object(n, "session")
	return u
}

// checkHash reports what nobody could log in with. The text is not quoted: it may be a password.
func checkHash(r *listfile.Reader, n source.Node) {
	switch text := n.Text(); {
	case users.CheckHash(text) == nil:
	case strings.HasPrefix(text, "$"):
		r.Mistake(n.Range(), "Argon2id of version 19 with at most 64 MiB, or bcrypt up to cost 14; `tykctl user hash` prints one", "passwordHash is no hash that can be compared with")
	default:
		r.Mistake(n.Range(), "print a hash of it with `tykctl user hash`, and write that", "passwordHash is no hash; passwords are not written into files")
	}
}
