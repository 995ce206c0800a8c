package lsp

import (
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
)

// keyOf is what a document is known by here: the absolute path of its file, however the client spells the URI, or the URI itself where
// there is no file.
func keyOf(uri string) string {
	if path, ok := pathOf(uri); ok {
		return path
	}
	return uri
}

// pathOf is the absolute path that a file URI names.
func pathOf(uri string) (string, bool) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Path == "" {
		return "", false
	}
	path := u.Path
	if runtime.GOOS == "windows" {
		switch {
		case u.Host != "":
			path = "//" + u.Host + path
		case len(path) > 2 && path[2] == ':':
			path = strings.ToUpper(path[1:2]) + path[2:] // editors do not agree about the case of a drive
		}
	}
	path = filepath.Clean(filepath.FromSlash(path))
	return path, filepath.IsAbs(path)
}

// uriOf is the URI of what is known by a key.
func uriOf(key string) string {
	if !filepath.IsAbs(key) {
		return key
	}
	path := filepath.ToSlash(key)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// within tells whether a file lies below a folder.
func within(folder, path string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(rel)
}
