package diag

type (
	sarifFix struct {
		Description sarifText     `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion `json:"deletedRegion"`
		Inserted *sarifText  `json:"insertedContent,omitempty"`
	}
)

// newSARIFFixes is what a viewer can make of a file (§3.55). A fix that changes what the gateway does says so: a viewer knows only one sort.
func newSARIFFixes(d *Diagnostic, run *Run) []sarifFix {
	if d.Fix == nil {
		return nil
	}
	title := Visible(d.Fix.Title)
	if d.Fix.Unsafe {
		title += "; this changes what the gateway does"
	}
	change := sarifChange{Artifact: newSARIFPhysical(d.At, run).Artifact}
	for _, e := range d.Fix.Edits {
		r := sarifReplacement{Deleted: sarifRegion{e.At.Start.Line, e.At.Start.Column, e.At.End.Line, e.At.End.Column}}
		if e.Text != "" {
			r.Inserted = &sarifText{Text: e.Text}
		}
		change.Replacements = append(change.Replacements, r)
	}
	return []sarifFix{{Description: sarifText{Text: sarifMessage(title)}, Changes: []sarifChange{change}}}
}
