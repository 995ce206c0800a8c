package main

import (
	"crypto/sha1" //nolint:gosec // of UUIDs with names
	"fmt"
	"os"
	"path/filepath"

	"github.com/tykctl/tykctl/oas/source"
)

// id is that of the definition that is replaced, or else one made of the description's path: an API must not get another id because it is
// imported again.
func (im *importRun) id(old []byte) string {
	if f, err := source.Index(im.output, old); err == nil && old != nil {
		if id := f.Root().Get("x-tyk-api-gateway").Get("info").Get("id").Text(); id != "" {
			return id
		}
	}
	base := im.idBase
	if base == "" {
		base = im.in.Name
		if cwd, err := os.Getwd(); err == nil && filepath.IsAbs(base) {
			if rel, err := filepath.Rel(cwd, base); err == nil && filepath.IsLocal(rel) {
				base = filepath.ToSlash(rel)
			}
		}
		base = filepath.ToSlash(filepath.Clean(base))
	}
	return uuidV5("tykctl import " + base)
}

// uuidV5 is the name-based UUID of a text below the namespace of URLs (RFC 9562 §5.5).
func uuidV5(text string) string {
	namespace := [16]byte{0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}
	sum := sha1.Sum(append(namespace[:], text...)) //nolint:gosec // as the RFC has it; nothing is protected by it
	sum[6] = sum[6]&0x0f | 0x50
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
