// Package typo guesses which name a misspelt one was meant to be, for the hints of diagnostics. A guess that is not good is worse
// than none, so the tolerance is small.
package typo

import (
	"strings"
	"unicode"
)

// longest is the length of a name that anybody types, in bytes. Longer ones resemble nothing: the work of a comparison stays bounded.
const longest = 100

// Meant returns the candidate that name is likely to mean, or "". Of equally good ones it is the first in the order of the alphabet.
func Meant(name string, candidates []string) string {
	best, least := "", -1
	name = plain(name)
	for _, c := range candidates {
		d, ok := slips(name, c)
		if ok && (least < 0 || d < least || d == least && c < best) {
			best, least = c, d
		}
	}
	return best
}

// Resembles reports whether name may be a misspelling of meant.
func Resembles(name, meant string) bool {
	_, ok := Errors(name, meant)
	return ok
}

// Errors counts the typing errors between two names, and reports whether they are few enough.
func Errors(name, meant string) (int, bool) {
	return slips(plain(name), meant)
}

// slips is Errors for a plain name, which is one of thousands at times, as are the candidates.
func slips(a, meant string) (int, bool) {
	b, most := plain(meant), tolerance(meant)
	if max(len(a), len(b))-min(len(a), len(b)) > most {
		return 0, false
	}
	if len(a) > longest || len(b) > longest || !strings.ContainsAny(b, "abcdefghijklmnopqrstuvwxyz") {
		return 0, false // another number or version is another one, no slip
	}
	d := distance(a, b)
	return d, d <= most && d < len(b)
}

// plain removes what people vary in names: case, underscores, hyphens and blanks.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == ' ' {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// tolerance is the number of typing errors in a name of this length that still leaves it recognisable.
func tolerance(name string) int {
	switch n := len(name); {
	case n < 5:
		return 1
	case n < 10:
		return 2
	default:
		return 3
	}
}

// distance counts the insertions, deletions, replacements and swaps of neighbours that turn a into b (Damerau and Levenshtein).
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
