package diag

import "github.com/tykctl/tykctl/oas/source"

// Offer gives a diagnostic an edit for its fix, if the edit can be made and is one of the same file. It is unsafe: the gateway will do something else, which is what the author has
// meant in all likelihood.
func (d *Diagnostic) Offer(title string, e source.Edit, ok bool) {
	if ok && e.At.File == d.At.File {
		d.Fix = &Fix{Title: title, Unsafe: true, Edits: []source.Edit{e}}
	}
}

// OfferSafe is Offer of an edit after which the gateway does the same, or takes what it refused before and could be meant in one way only.
func (d *Diagnostic) OfferSafe(title string, e source.Edit, ok bool) {
	d.Offer(title, e, ok)
	if d.Fix != nil {
		d.Fix.Unsafe = false
	}
}
