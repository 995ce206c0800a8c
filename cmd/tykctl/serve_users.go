package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/listfile"
	"github.com/tykctl/tykctl/cmd/internal/userfile"
	"github.com/tykctl/tykctl/runtime/store"
	"github.com/tykctl/tykctl/runtime/users"
)

// readUsers reads the file of --users; without one there are no users of a file. Mistakes are printed.
func readUsers(std stdio, path string) ([]store.User, error) {
	if path == "" {
		return nil, nil
	}
	list, err := userfile.Load(path)
	if err != nil {
		return nil, mistakesOf(std, "the users file", err)
	}
	return list, nil
}

// mistakesOf prints the mistakes of a file, if that is what is wrong, and returns the error that the command ends with.
func mistakesOf(std stdio, what string, err error) error {
	var mistakes *listfile.Error
	if !errors.As(err, &mistakes) {
		return exit.Unread(err)
	}
	colored, err := useColor("auto", std.Err)
	if err != nil {
		return err
	}
	if err := mistakes.Write(std.Err, colored); err != nil {
		return exit.Unread(err)
	}
	return exit.Usagef("%s has %s; nothing was done", what, listing(len(mistakes.List), "mistake"))
}

// syncUsers makes the store hold the users of the file, and of no former one.
func syncUsers(ctx context.Context, st store.Users, list []store.User, logger *slog.Logger) error {
	done, err := users.Sync(ctx, st, list, time.Now())
	if err != nil {
		return err
	}
	if done != (users.Changes{}) {
		logger.Info("users of the file", "added", done.Added, "changed", done.Changed, "removed", done.Removed)
	}
	return nil
}
