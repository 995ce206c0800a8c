// Command tykctl validates, compiles and serves Tyk OAS API definitions.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"golang.org/x/term"
)

// Exit codes, the same for every command. "Could not check" is never 0.
const (
	exitOK       = 0
	exitProblems = 1 // problems found, or something not served because of them
	exitUsage    = 2 // wrong usage, bad configuration, or nothing matched
	exitInput    = 3 // input could not be read, or a server could not be reached
	exitBug      = 4 // a bug of ours
)

// stdio is what a command talks to. Results go to Out, everything else to Err.
type stdio struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// exitError ends a command with an exit code. A nil error has been reported already.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return "problems were found; they are printed above"
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

func usageError(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

func inputError(err error) error { return &exitError{exitInput, err} }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, stdio{os.Stdin, os.Stdout, os.Stderr}, os.Args[1:])
	stop()
	os.Exit(code)
}

// run is the whole program but for the process around it.
func run(ctx context.Context, std stdio, args []string) (code int) {
	defer func() {
		if cause := recover(); cause != nil {
			fmt.Fprintf(std.Err, "tykctl: internal error: %v\n\n%s\nThis is a bug in tykctl. Please report it with the text above at https://github.com/tykctl/tykctl/issues\n", cause, debug.Stack())
			code = exitBug
		}
	}()
	root := newRootCmd(std)
	root.SetArgs(args)
	root.SetIn(std.In)
	root.SetOut(std.Out)
	root.SetErr(std.Err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	var exit *exitError
	if !errors.As(err, &exit) {
		exit = &exitError{exitUsage, err} // what cobra itself finds: an unknown command or flag
	}
	if exit.err != nil {
		fmt.Fprintf(std.Err, "tykctl: %v\n", exit.err)
	}
	return exit.code
}

// isTerminal reports whether w is one.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// useColor decides for --color auto, always or never (https://no-color.org).
func useColor(choice string, w io.Writer) (bool, error) {
	switch choice {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto":
		if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
			return false, nil
		}
		return os.Getenv("CLICOLOR_FORCE") != "" || isTerminal(w), nil
	default:
		return false, usageError("--color is %q; it may be auto, always or never", choice)
	}
}
