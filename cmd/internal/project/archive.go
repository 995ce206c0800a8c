package project

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"strings"
)

// entry begins the record of a file in the directory of a ZIP archive.
var entry = []byte("PK\x01\x02")

// openArchive opens a ZIP archive that is in memory. It is refused where its names lead elsewhere, or could be understood in two ways. Nothing
// is unpacked before it is asked for, and then only up to a bound: what an archive says of sizes is not believed.
func openArchive(name string, data []byte) (fs.FS, error) {
	if bytes.Count(data, entry) > maxEntries {
		return nil, fmt.Errorf("%s: the archive has more than %d files", name, maxEntries)
	}
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	seen := map[string]bool{}
	for _, f := range r.File {
		inside := strings.TrimSuffix(f.Name, "/")
		switch {
		case !fs.ValidPath(inside) || inside == "." || strings.ContainsAny(inside, "\\:\x00"):
			return nil, fmt.Errorf("%s: the archive holds %q, a name that leads elsewhere", name, f.Name)
		case seen[inside]:
			return nil, fmt.Errorf("%s: the archive holds %q twice", name, f.Name)
		case f.Flags&1 != 0:
			return nil, fmt.Errorf("%s: %q is encrypted", name, f.Name)
		}
		seen[inside] = true
	}
	return r, nil
}
