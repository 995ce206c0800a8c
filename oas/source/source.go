// Package source turns the bytes of a JSON or YAML document into a tree that knows, for every JSON pointer, where its key and its
// value stand. It is the only reader of document bytes: kin-openapi and the JSON Schema validator get what this package
// has read, so all three see the same document.
//
// It follows RFC 8259 (JSON), YAML 1.2 as gopkg.in/yaml.v3 reads it, and RFC 6901 (pointers). It knows nothing of OpenAPI.
//
// Reading is tolerant where the author's intent is plain: a trailing comma, a duplicate key or a byte order mark becomes a Problem
// and reading goes on. Where it is not, Index returns a *SyntaxError. Everything is bounded by Limits.
package source

import "fmt"

// Pointer is a JSON pointer (RFC 6901): "" is the whole document, "/paths/~1pets/get" the operation GET /pets.
type Pointer string

// Pos is a place in a file. Line and Column count from 1; a column is a code point, whatever its width and whatever the
// width of a tab. Offset counts bytes from 0. Lines end at LF, CRLF and CR; a byte order mark takes no column.
type Pos struct {
	Line, Column, Offset int
}

// Range is a part of a file. End is exclusive: the place just after the last code point.
type Range struct {
	File       string
	Start, End Pos
}

// IsZero reports whether the range names no place.
func (r Range) IsZero() bool { return r.Start.Line == 0 }

// String is the form of a compiler message, "file:line:column", or the bare file where there is no place in it.
func (r Range) String() string {
	if r.IsZero() {
		return r.File
	}
	return fmt.Sprintf("%s:%d:%d", r.File, r.Start.Line, r.Start.Column)
}

// Limits bounds what Index reads. The zero value of a field means its default.
type Limits struct {
	Bytes   int // of the file; default 64 MiB
	Depth   int // nested objects and arrays; default 512
	Nodes   int // values after YAML aliases are expanded; default 8 million
	Aliases int // YAML alias uses; default 10,000
}

// SyntaxError says why a document cannot be read at all.
type SyntaxError struct {
	At      Range
	Message string // what was found and what was expected; lower case, no full stop
	Hint    string // what to do about it; may be empty
}

// Error gives the place and the message.
func (e *SyntaxError) Error() string { return e.At.String() + ": " + e.Message }

// ProblemKind tells the kinds of Problem apart.
type ProblemKind uint8

// The kinds of Problem.
const (
	TrailingComma    ProblemKind = iota + 1 // JSON: a comma before } or ]
	DuplicateKey                            // the last one counts, as in Tyk
	ByteOrderMark                           // Tyk refuses it in JSON
	InvalidUTF8                             // replaced by U+FFFD
	MoreDocuments                           // text after the first document; only the first one is read
	NonStringKey                            // YAML: a key such as true or 1.5, read as its text; 200 is normal in OpenAPI and no problem
	ControlCharacter                        // JSON: a raw control character in a string
)

// Problem is something wrong that reading could get over.
type Problem struct {
	Kind    ProblemKind
	At      Range
	First   Range   // DuplicateKey: the earlier key
	Key     string  // DuplicateKey, NonStringKey
	Pointer Pointer // of the value concerned, where there is one

	node, earlier Node // the value concerned; DuplicateKey: the member that it overrides
}
