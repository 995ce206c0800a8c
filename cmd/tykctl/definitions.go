package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/tykctl/tykctl/cmd/internal/lint"
	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/source"
	adminapi "github.com/tykctl/tykctl/runtime/admin"
)

// definitions are the API definitions of `serve`, as the admin API shows and changes them: files of one directory. A change is compiled together with
// all that is in the directory, swapped in, and then takes its place on the disk, so that a gateway which is killed at any moment starts again
// with whole files, all of which it could serve.
type definitions struct {
	*reloader
	dir      string // that is written to; empty: none is
	readOnly string // then, why
}

func newDefinitions(r *reloader) *definitions {
	d := &definitions{reloader: r}
	info, err := os.Stat(r.paths[0])
	switch {
	case len(r.paths) > 1:
		d.readOnly = "This gateway was started with several paths; it writes definitions when it is started with one directory"
	case err == nil && info.IsDir():
		d.dir = r.paths[0]
	default:
		d.readOnly = "This gateway was started with a file; it writes definitions when it is started with a directory"
	}
	return d
}

func refusal(status int, format string, args ...any) adminapi.Reply {
	return adminapi.Reply{Status: status, Message: fmt.Sprintf(format, args...)}
}

var apiNotFound = refusal(http.StatusNotFound, "API not found")

// failed logs what somebody with the log has to mend.
func (d *definitions) failed(operation string, err error) adminapi.Reply {
	d.logger.Error("the definitions could not be "+operation, "error", err)
	return refusal(http.StatusInternalServerError, "The definitions could not be %s; the gateway's log says why", operation)
}

// served finds the file of an API that is served.
func (d *definitions) served(id string) (lint.Input, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.fileOf(id)
}

// fileOf is served for who holds the lock. Where files have been moved since they were read, a change of the definition finds its id taken.
func (d *definitions) fileOf(id string) (lint.Input, bool) {
	for i := range d.current.APIs {
		if a := &d.current.APIs[i]; a.ID == id {
			return d.inputOf(a), true
		}
	}
	return lint.Input{}, false
}

func (d *definitions) inputOf(a *plan.API) lint.Input {
	name := d.current.Origins[a.Origin].File
	return lint.Input{Name: name, Path: filepath.FromSlash(name)}
}

// List is all definitions, in the order in which the gateway has their APIs.
func (d *definitions) List() adminapi.Reply {
	d.mu.Lock()
	var files []lint.Input
	for i := range d.current.APIs {
		files = append(files, d.inputOf(&d.current.APIs[i]))
	}
	d.mu.Unlock()
	list := []byte{'['}
	for _, in := range files {
		text, err := readDefinition(in, false)
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted a moment ago
		}
		if err != nil {
			return d.failed("read", err)
		}
		if len(list) > 1 {
			list = append(list, ',')
		}
		list = append(list, text...)
	}
	return adminapi.Reply{Status: http.StatusOK, Body: append(list, ']', '\n')}
}

// Get is a definition as its file has it.
func (d *definitions) Get(id string, public bool) adminapi.Reply {
	in, found := d.served(id)
	if !found {
		return apiNotFound
	}
	text, err := readDefinition(in, public)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return apiNotFound
	case err != nil:
		return d.failed("read", err)
	}
	return adminapi.Reply{Status: http.StatusOK, Body: append(text, '\n')}
}

// readDefinition is a file as JSON on one line; without the extension when it is for the public.
func readDefinition(in lint.Input, public bool) ([]byte, error) {
	data, err := lint.ReadFile(in, strings.NewReader(""))
	if err != nil {
		return nil, err
	}
	f, err := source.Index(in.Name, data)
	if err != nil {
		return nil, err
	}
	if public {
		if data, err = edited(data)(f.Root().Get("x-tyk-api-gateway").Remove()); err != nil {
			return nil, err
		}
		if f, err = source.Index(in.Name, data); err != nil {
			return nil, err
		}
	}
	var line bytes.Buffer
	err = json.Compact(&line, f.JSON())
	return line.Bytes(), err
}

// Create adds a definition, or replaces that of the same id, as Tyk does.
func (d *definitions) Create(text []byte) adminapi.Reply {
	f, problem := readSent(text)
	if problem != nil {
		return *problem
	}
	id := idOf(f)
	if id == "" {
		id = newID()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.put(id, f, adminapi.Added)
}

// Update replaces a definition. One without an id has that of its API.
func (d *definitions) Update(id string, text []byte) adminapi.Reply {
	f, problem := readSent(text)
	if problem != nil {
		return *problem
	}
	if own := idOf(f); own != "" && own != id {
		return mismatch
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, found := d.fileOf(id); !found {
		return apiNotFound
	}
	return d.put(id, f, adminapi.Modified)
}

// Delete removes a definition and its file.
func (d *definitions) Delete(id string) adminapi.Reply {
	d.mu.Lock()
	defer d.mu.Unlock()
	in, found := d.fileOf(id)
	switch {
	case !found:
		return apiNotFound
	case d.dir == "":
		return refusal(http.StatusConflict, "%s", d.readOnly)
	}
	if r := d.apply(overlay{in: in}, func() error { return os.Remove(in.Path) }); r != nil {
		return *r
	}
	d.logger.Info("definition deleted", "api", id)
	return adminapi.Reply{Status: http.StatusOK, ID: id, Action: adminapi.Deleted}
}

// readSent reads a body as far as it takes to know whose definition it is.
func readSent(text []byte) (*source.File, *adminapi.Reply) {
	f, err := source.Index(sentName, text)
	if err != nil {
		return nil, unreadable(err)
	}
	var r adminapi.Reply
	switch {
	case f.Root().Kind() != source.Object:
		r = refusal(http.StatusBadRequest, "request malformed: a definition is an object")
	case f.Root().Get("x-tyk-api-gateway").Kind() <= source.Null:
		r = refusal(http.StatusBadRequest, "the payload should contain x-tyk-api-gateway")
	default:
		return f, nil
	}
	return nil, &r
}

// unreadable refuses what is neither JSON nor YAML.
func unreadable(err error) *adminapi.Reply {
	r := refusal(http.StatusBadRequest, "request malformed")
	var syntax *source.SyntaxError
	if errors.As(err, &syntax) {
		r.Message += fmt.Sprintf(": line %d, column %d: %s", syntax.At.Start.Line, syntax.At.Start.Column, syntax.Message)
	}
	return &r
}

var infoAt = oas.ExtensionPointer.Child("info")

// idOf is the id of a definition, empty where it has none.
func idOf(f *source.File) string {
	n, _ := f.Lookup(infoAt.Child("id"))
	if n.Kind() != source.String {
		return ""
	}
	return n.Text()
}

// withID is the text of a definition that says its id.
func withID(f *source.File, id string) ([]byte, error) {
	text := []byte(f.Text())
	info, _ := f.Lookup(infoAt)
	quoted, err := json.Marshal(id)
	if err != nil || idOf(f) != "" || info.Kind() != source.Object {
		return text, err
	}
	edit, ok := info.InsertMember("id", string(quoted), true)
	if old := info.Get("id"); old.Exists() {
		edit, ok = old.ReplaceValue(string(quoted))
	}
	if !ok {
		return nil, errors.New("x-tyk-api-gateway.info has no place for an id")
	}
	return source.Apply(text, []source.Edit{edit})
}

// fileID is an id that can be the name of a file everywhere.
var fileID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$`)

// newFile is a file for the definition of an id, with a name that nothing has.
func (d *definitions) newFile(id, extension string) (lint.Input, error) {
	for i := 1; ; i++ {
		name := id
		if i > 1 {
			name = fmt.Sprintf("%s-%d", id, i)
		}
		path := filepath.Join(d.dir, name+extension)
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			return lint.Input{Name: filepath.ToSlash(path), Path: path}, nil
		} else if err != nil {
			return lint.Input{}, err
		}
	}
}
