package oas

import (
	"slices"
	"strings"

	"github.com/tykctl/tykctl/oas/source"
)

// maxSearches bounds how often the names of a document are searched for one that is meant. A document with more mistakes than
// that has another problem.
const maxSearches = 100

// nearestMember is the member of an object that a misspelt word is likely to mean, or "".
func (l *loading) nearestMember(n source.Node, word string) string {
	if l.searches++; l.searches > maxSearches {
		return ""
	}
	var names []string
	for name := range n.Members() {
		names = append(names, name)
	}
	return nearest(word, names)
}

// nearest is the candidate that a misspelt word is likely to mean, or "". The order of the candidates does not matter.
func nearest(word string, candidates []string) string {
	slices.Sort(candidates)
	best, least := "", len(word)/4+2
	for _, c := range candidates {
		if len(word) > 64 || len(c) > 64 {
			continue
		}
		if d := distance(strings.ToLower(word), strings.ToLower(c)); d < least && d < len(c) {
			best, least = c, d
		}
	}
	return best
}

// distance counts the insertions, deletions and replacements of bytes that turn a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := corner
			if a[i] != b[j] {
				cost++
			}
			corner = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
