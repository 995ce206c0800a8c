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
	"strings"
	"syscall"

	"golang.org/x/term"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/oas/diag"
)

// stdio is what a command talks to. Results go to Out, everything else to Err.
type stdio struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

func main() {
	os.Exit(run(context.Background(), stdio{os.Stdin, os.Stdout, os.Stderr}, os.Args[1:]))
}

// untilStopped ends a context on Ctrl-C and SIGTERM. Commands that work until then ask for it; the others leave signals alone, so that one
// ends them at once, whatever they are reading.
func untilStopped(ctx context.Context) (context.Context, context.CancelFunc) {
	return signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
}

// run is the whole program but for the process around it.
func run(ctx context.Context, std stdio, args []string) (code int) {
	defer func() {
		if cause := recover(); cause != nil {
			fmt.Fprintf(std.Err, "tykctl: internal error: %v\n\n%s\nThis is a bug in tykctl. Please report it with the text above at https://github.com/tykctl/tykctl/issues\n", cause, debug.Stack())
			code = exit.Bug
		}
	}()
	root := newRootCmd(std)
	root.SetArgs(args)
	root.SetIn(std.In)
	root.SetOut(std.Out)
	root.SetErr(std.Err)
	err := root.ExecuteContext(ctx)
	var e *exit.Error
	if err != nil && (!errors.As(err, &e) || e.Err != nil) {
		fmt.Fprintf(std.Err, "tykctl: %s\n", harmless(err.Error()))
	}
	return exit.Code(err)
}

// harmless keeps a name or a value that an error tells from being obeyed by a terminal; the lines of joined errors stay lines.
func harmless(message string) string {
	lines := strings.Split(message, "\n")
	for i, line := range lines {
		lines[i] = diag.Visible(line)
	}
	return strings.Join(lines, "\n")
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
		return false, exit.Usagef("--color is %q; it may be auto, always or never", choice)
	}
}
