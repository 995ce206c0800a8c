package lsp

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/tykctl/tykctl/oas/source"
)

// maxOpen bounds how many documents may be open at once.
const maxOpen = 10_000

// document is what the editor holds at one moment. It never changes; an edit puts another one in its place.
type document struct {
	key     string // see keyOf
	uri     string // as the client spells it
	version int32
	text    *text
	file    func() *source.File // the tree of the text; nil while it cannot be read
}

func newDocument(uri string, version int32, t *text) *document {
	key := keyOf(uri)
	return &document{key: key, uri: uri, version: version, text: t, file: sync.OnceValue(func() *source.File {
		file, err := source.Index(key, []byte(t.data))
		if err != nil {
			return nil
		}
		return file
	})}
}

func (s *server) didOpen(raw json.RawMessage) error {
	var p openParams
	if err := decode(raw, &p); err != nil {
		return err
	}
	doc := newDocument(p.TextDocument.URI, p.TextDocument.Version, newText(p.TextDocument.Text))
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.docs) >= maxOpen && s.docs[doc.key] == nil {
		return fmt.Errorf("%s: %d documents are open already", doc.uri, maxOpen)
	}
	s.put(doc)
	return nil
}

func (s *server) didChange(raw json.RawMessage) error {
	var p changeParams
	if err := decode(raw, &p); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.docs[keyOf(p.TextDocument.URI)]
	if old == nil {
		return errors.New(p.TextDocument.URI + " is not open")
	}
	t := old.text
	for _, c := range p.ContentChanges {
		t = t.edit(c, s.enc)
	}
	version := old.version
	if v := p.TextDocument.Version; v != nil {
		version = *v
	}
	s.put(newDocument(old.uri, version, t))
	return nil
}

// put makes a document the current one.
func (s *server) put(doc *document) {
	s.docs[doc.key] = doc
	s.touch(s.scopeOf(doc.key))
}

// didSave checks again: what was saved may be what other programs read, such as the configuration of this one.
func (s *server) didSave(raw json.RawMessage) error {
	var p documentParams
	if err := decode(raw, &p); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.touch(s.scopeOf(keyOf(p.TextDocument.URI)))
	return nil
}

// didClose lets the file on disk count again. A document that is in no folder is forgotten.
func (s *server) didClose(raw json.RawMessage) error {
	var p documentParams
	if err := decode(raw, &p); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := keyOf(p.TextDocument.URI)
	if s.docs[key] == nil {
		return nil
	}
	delete(s.docs, key)
	s.touch(s.scopeOf(key))
	return nil
}

// didChangeWatchedFiles checks the folders again in which something changed on disk.
func (s *server) didChangeWatchedFiles(raw json.RawMessage) error {
	var p watchedParams
	if err := decode(raw, &p); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range p.Changes {
		s.touch(s.scopeOf(keyOf(c.URI)))
	}
	return nil
}

// didChangeConfiguration looks at everything again. Nothing is configured through the editor: the configuration is a file of the project.
func (s *server) didChangeConfiguration(json.RawMessage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sc := range s.scopes {
		s.touch(sc)
	}
	return nil
}

func (s *server) didChangeWorkspaceFolders(raw json.RawMessage) error {
	var p foldersParams
	if err := decode(raw, &p); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range p.Event.Removed {
		if path, ok := pathOf(f.URI); ok {
			delete(s.folders, path)
		}
	}
	for _, f := range p.Event.Added {
		if path, ok := pathOf(f.URI); ok {
			s.folders[path] = true
			s.touch(s.scopeFor(path, true))
		}
	}
	for _, sc := range s.scopes {
		s.touch(sc) // a folder that is gone ends its scope; the nearest folder of a document may be another one
	}
	for key := range s.docs {
		s.touch(s.scopeOf(key))
	}
	return nil
}
