package oas

import (
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/typo"
)

// maxSearches bounds how often the names of a document are searched for one that is meant. A document with more mistakes than
// that has another problem.
const maxSearches = 100

// nearestMember is the member of an object that a misspelt word is likely to mean, or "".
func (l *loading) nearestMember(n source.Node, word string) string {
	if !l.maySearch() {
		return ""
	}
	var names []string
	for name := range n.Members() {
		names = append(names, name)
	}
	return typo.Meant(word, names)
}

// maySearch tells whether one more search is allowed, in the document and all files that it refers to.
func (l *loading) maySearch() bool {
	doc := l.document()
	doc.searches++
	return doc.searches <= maxSearches
}
