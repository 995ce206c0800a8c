package source

import (
	"cmp"
	"fmt"
	"slices"
)

// Edit replaces a part of a file's text. An empty range is an insertion.
type Edit struct {
	At   Range // as File gives it; only the offsets count
	Text string
}

// Apply returns a copy of data with the edits made, whatever their order. Edits that overlap or lie outside are refused, and nothing is made.
func Apply(data []byte, edits []Edit) ([]byte, error) {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b Edit) int {
		return cmp.Or(cmp.Compare(a.At.Start.Offset, b.At.Start.Offset), cmp.Compare(a.At.End.Offset, b.At.End.Offset))
	})
	out := make([]byte, 0, len(data))
	done := 0
	for _, e := range edits {
		start, end := e.At.Start.Offset, e.At.End.Offset
		if start < done || end < start || end > len(data) {
			return nil, fmt.Errorf("edit of bytes %d to %d does not fit: bytes up to %d of %d are edited already", start, end, done, len(data))
		}
		out = append(append(out, data[done:start]...), e.Text...)
		done = end
	}
	return append(out, data[done:]...), nil
}
