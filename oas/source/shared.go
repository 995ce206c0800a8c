package source

import (
	"cmp"
	"slices"
	"sort"
)

// span is a part of the text that several values of the tree are read from.
type span struct{ start, end int32 }

// share notes that an alias stands for a part of the text.
func (f *File) share(start, end int) {
	f.shared = append(f.shared, span{compact(start), compact(end)})
}

// joinShared makes one span of those that overlap or touch.
func (f *File) joinShared() {
	slices.SortFunc(f.shared, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	joined := f.shared[:0]
	for _, s := range f.shared {
		if n := len(joined); n > 0 && s.start <= joined[n-1].end {
			joined[n-1].end = max(joined[n-1].end, s.end)
			continue
		}
		joined = append(joined, s)
	}
	f.shared = joined
}

// touchesShared reports whether what stands from start to end counts in other places too.
func (f *File) touchesShared(start, end int) bool {
	i := sort.Search(len(f.shared), func(i int) bool { return int(f.shared[i].end) >= start })
	return i < len(f.shared) && int(f.shared[i].start) <= end
}

// withinShared reports whether all that stands from start to end is part of something that counts in other places too.
func (f *File) withinShared(start, end int) bool {
	i := sort.Search(len(f.shared), func(i int) bool { return int(f.shared[i].end) >= end })
	return i < len(f.shared) && int(f.shared[i].start) <= start && end <= int(f.shared[i].end)
}
