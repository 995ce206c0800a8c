package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/runtime/users"
)

func newUserCmd(std stdio) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "user",
		Short: "Users of the password grant",
		Args:  args(cobra.NoArgs, "a subcommand"),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "hash",
		Short: "Print the hash of a password, for a users file",
		Long: `Hash reads a password from the terminal, or one line from standard input, and prints what a users file holds in its place: Argon2id, as a
PHC string. Each run prints another one; all of them are good.

A users file, for ` + "`tykctl serve --users`" + `:

  users:
    - name: alice
      passwordHash: $argon2id$v=19$m=19456,t=2,p=1$...
      orgId: my-org           # of the APIs; leave it out where they have none
      session:                # what her tokens may do, as a key of Tyk; may be left out
        apply_policies: [gold]`,
		Example: "  tykctl user hash\n  tykctl user hash < password.txt",
		Args:    args(cobra.NoArgs, "no arguments: a password would be seen in the process list"),
		RunE:    func(*cobra.Command, []string) error { return runUserHash(std) },
	})
	return cmd
}

func runUserHash(std stdio) error {
	password, err := newPassword(std)
	if err != nil {
		return err
	}
	hash, err := users.Hash(password)
	if err != nil {
		return exit.Usagef("%w", err)
	}
	_, err = fmt.Fprintln(std.Out, hash)
	return err
}

// newPassword asks for a password twice, on a terminal; from anywhere else it reads one line.
func newPassword(std stdio) (string, error) {
	f, ok := std.In.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return oneLine(std.In, "the password")
	}
	first, err := ask(std, f, "Password: ")
	if err != nil {
		return "", err
	}
	again, err := ask(std, f, "Again: ")
	if err != nil {
		return "", err
	}
	if first != again {
		return "", exit.Usagef("the two are not the same")
	}
	return first, nil
}

func ask(std stdio, f *os.File, prompt string) (string, error) {
	fmt.Fprint(std.Err, prompt)
	text, err := term.ReadPassword(int(f.Fd()))
	fmt.Fprintln(std.Err)
	if err != nil {
		return "", exit.Unread(err)
	}
	return string(text), nil
}

// oneLine reads a secret that is the only line of a text.
func oneLine(r io.Reader, what string) (string, error) {
	const most = 64 << 10
	br := bufio.NewReader(io.LimitReader(r, most))
	line, err := br.ReadString('\n')
	if err != nil && err != io.EOF {
		return "", exit.Unread(err)
	}
	line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
	if _, err := br.ReadByte(); err == nil {
		return "", exit.Usagef("%s must be one line", what)
	}
	if line == "" {
		return "", exit.Usagef("%s is empty", what)
	}
	return line, nil
}
