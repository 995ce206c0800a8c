// Package tykconf reads Tyk Gateway's own configuration file, tyk.conf, for `tykctl serve --conf`, and the environment variables TYK_GW_* that
// beat it. It says what the keys set that a gateway of ours honours, and warns of every other one that is set to something and would change something.
//
// What a key means, and its default, is as in Tyk Gateway's documentation ("Tyk Gateway Configuration Options").
package tykconf

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/tykctl/tykctl/cmd/internal/ownfile"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// Conf is a configuration that was read. A zero value of its Settings is one that nothing is said about.
type Conf struct {
	Settings
	Warnings diag.List

	values map[string]value
}

// Settings are what the keys set. Paths are as written: from the working directory, as Tyk Gateway's.
type Settings struct {
	Listen string // host:port
	Admin  string // host:port of the admin API

	Secret      string
	SecretPlace string // where it stands, for people

	Apps     string // directory of definitions; Tyk Gateway's default where that is there and none is named
	Policies string // file or directory

	AccessTTL   time.Duration
	RefreshTTL  time.Duration
	Separator   string // of redirect URIs
	ErrorStatus int    // of OAuth errors

	TLS    []Pair
	MinTLS string // "1.2" or "1.3"

	ReadTimeout     time.Duration
	WriteTimeout    time.Duration
	UpstreamTimeout time.Duration
	DrainTimeout    time.Duration
	MaxBody         int64

	LogLevel  string // debug, info, warn or error
	LogFormat string // text or json
}

// Pair is a certificate and its key. Both may be in one file.
type Pair struct {
	Cert string
	Key  string
}

// limits bound a configuration file.
var limits = source.Limits{Bytes: 1 << 20, Depth: 32, Nodes: 100_000, Aliases: 1000}

// code stands in the place of a rule's code.
const code diag.Code = "tyk.conf"

// Error is every mistake of a configuration.
type Error struct {
	List diag.List // sorted
}

// Error lists the mistakes.
func (e *Error) Error() string {
	return ownfile.Lines(e.List)
}

// Write prints findings, mistakes or warnings. The lines they stand in are not shown: such a file holds secrets, often all of it in one line.
func Write(w io.Writer, list diag.List, color bool) error {
	return diag.WriteText(w, list, nil, color)
}

// Load reads a configuration file, and of environ, which is that of os.Environ, what beats it. What is wrong with either is an *Error; any other
// error means that the file could not be read.
func Load(path string, environ []string) (*Conf, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	r := &reader{values: map[string]value{}, parts: map[string]value{}, environ: environ}
	file, err := source.IndexWith(path, data, limits)
	if err != nil {
		r.unreadable(path, err)
		return nil, &Error{r.found}
	}
	r.problems(file)
	if file.Root().Kind() == source.Object {
		r.object(file.Root(), "")
	} else {
		r.mistake(source.Range{File: path}, `write it as Tyk Gateway has it: {"listen_port": 8080}`, "the file holds no object of keys")
	}
	r.environment()
	r.ignored()
	conf := &Conf{Settings: r.settings(), values: r.values}
	if r.found.HasErrors() {
		return nil, &Error{r.found.Sort()}
	}
	conf.Warnings = r.found.Sort()
	return conf, nil
}

// Warn adds a warning about a key that is set to something. It is for what only the caller can know.
func (c *Conf) Warn(key, hint, format string, args ...any) {
	if v, set := c.values[key]; set && !v.zero() {
		c.Warnings = append(c.Warnings, diag.Diagnostic{
			Code: code, Severity: diag.Warning, Message: key + " " + fmt.Sprintf(format, args...), Hint: hint, At: v.at,
		}).Sort()
	}
}

// readFile reads a file that is one, and not endless.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("it is not a regular file")}
	}
	return io.ReadAll(io.LimitReader(f, int64(limits.Bytes)+1)) // one more: the reader says that it is too long
}
