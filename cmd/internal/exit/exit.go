// Package exit holds how a command ends: exit codes, the same for every command, and the errors that carry them.
package exit

import (
	"errors"
	"fmt"
)

// The exit codes. "Could not check" is never OK.
const (
	OK          = 0
	Problems    = 1 // problems found, or something not served because of them
	Usage       = 2 // wrong usage, bad configuration, or nothing matched
	Input       = 3 // input could not be read, or a server could not be reached
	Bug         = 4 // a bug of ours
	Differences = 5 // what was compared differs
)

// Error ends a command with an exit code. A nil Err has been reported already.
type Error struct {
	Code int
	Err  error
}

func (e *Error) Error() string {
	if e.Err == nil {
		return "problems were found; they are printed above"
	}
	return e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// Usagef is an error of whoever called the command.
func Usagef(format string, args ...any) error {
	return &Error{Usage, fmt.Errorf(format, args...)}
}

// Unread is an input that could not be read, or an output that could not be written.
func Unread(err error) error { return &Error{Input, err} }

// Reported ends a command that has already said why. OK is no error.
func Reported(code int) error {
	if code == OK {
		return nil
	}
	return &Error{Code: code}
}

// Code is the code that the process ends with, given what a command returns. What carries none comes from the command line's own reader.
func Code(err error) int {
	var e *Error
	switch {
	case err == nil:
		return OK
	case errors.As(err, &e):
		return e.Code
	default:
		return Usage
	}
}
