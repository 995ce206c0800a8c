package diag

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"

	"github.com/tykctl/tykctl/oas/source"
)

// position matches where a message itself tells a place, which moves when lines are added above: "line 12", "a.yaml:12:3".
var position = regexp.MustCompile(`(?i)\b(lines?|columns?) \d+|(\.(?:json|ya?ml):)\d+(?::\d+)?`)

// Fingerprints names each diagnostic so that it can be found again in a later run: by code, pointer and message, not by line. The file has no
// part in it, so a renamed file keeps its fingerprints; within one file they are unique, a repeated finding is told apart by its number.
func Fingerprints(l List) []string {
	type key struct {
		file, finding string
	}
	seen := make(map[key]int, len(l))
	list := make([]string, len(l))
	for i := range l {
		finding := hash(string(l[i].Code), string(l[i].Pointer), position.ReplaceAllString(l[i].Message, "$1$2"))
		k := key{l[i].At.File, finding}
		seen[k]++
		if n := seen[k]; n > 1 {
			finding = hash(finding, fmt.Sprint(n))
		}
		list[i] = finding
	}
	return list
}

// hash does not take "ab", "c" for "a", "bc".
func hash(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// firstLine is the line for a format that wants one for every finding.
func firstLine(at source.Range) int { return max(1, at.Start.Line) }
