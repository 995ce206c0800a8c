// Package users brings the users of a file into a store, and hashes their passwords. The store is the one place where users are looked for, whether they
// come from the file or through the admin API; the file has the last word about those that it names.
package users

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tykctl/tykctl/runtime/internal/password"
	"github.com/tykctl/tykctl/runtime/store"
)

// MaxName is the length of the longest user name, in bytes.
const MaxName = 256

// Hash returns what a users file holds in place of a password: a PHC string of Argon2id.
func Hash(text string) (string, error) { return password.Hash(text) }

// CheckHash says whether the password grant can compare with a hash.
func CheckHash(hash string) error { return password.Check(hash) }

// Verify reports whether a password is the one of a hash.
func Verify(ctx context.Context, hash, text string) (bool, error) {
	return password.Verify(ctx, hash, text)
}

// Changes counts what Sync has done.
type Changes struct{ Added, Changed, Removed int }

// Sync makes the store hold the users of a file, and no more those that an earlier file had brought: what their password has bought ends with them.
// So do the tokens of a user whose password is another one now. Users of the admin API that the file does not name stay.
func Sync(ctx context.Context, st store.Users, list []store.User, now time.Time) (Changes, error) {
	type name struct{ org, name string }
	var done Changes
	stored, err := st.Users(ctx)
	if err != nil {
		return done, fmt.Errorf("read users: %w", err)
	}
	former := make(map[name]*store.User, len(stored))
	for _, u := range stored {
		former[name{u.OrgID, u.Name}] = u
	}
	for i := range list {
		u := list[i]
		u.FromFile, u.CreatedAt = true, now
		old := former[name{u.OrgID, u.Name}]
		delete(former, name{u.OrgID, u.Name})
		if err := put(ctx, st, old, &u, &done); err != nil {
			return done, err
		}
	}
	for _, u := range former {
		if !u.FromFile {
			continue
		}
		if err := st.DeleteUser(ctx, u.OrgID, u.Name); err != nil && !errors.Is(err, store.ErrNotFound) {
			return done, fmt.Errorf("remove user: %w", err)
		}
		done.Removed++
	}
	return done, nil
}

// put stores a user in the place of an old one, if there is anything to change.
func put(ctx context.Context, st store.Users, old, u *store.User, done *Changes) error {
	switch {
	case old == nil:
		done.Added++
	case old.FromFile && old.PasswordHash == u.PasswordHash && bytes.Equal(old.Session, u.Session):
		return nil
	default:
		done.Changed++
		u.CreatedAt = old.CreatedAt
		if old.PasswordHash != u.PasswordHash {
			if err := st.DeleteUser(ctx, u.OrgID, u.Name); err != nil && !errors.Is(err, store.ErrNotFound) {
				return fmt.Errorf("end the tokens of a user: %w", err)
			}
		}
	}
	if err := st.PutUser(ctx, u); err != nil {
		return fmt.Errorf("store user: %w", err)
	}
	return nil
}
