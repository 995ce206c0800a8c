package diag

import "io"

type (
	gitlabIssue struct {
		Description string         `json:"description"`
		CheckName   Code           `json:"check_name"`
		Fingerprint string         `json:"fingerprint"`
		Severity    string         `json:"severity"`
		Location    gitlabLocation `json:"location"`
	}
	gitlabLocation struct {
		Path  string      `json:"path"`
		Lines gitlabLines `json:"lines"`
	}
	gitlabLines struct {
		Begin int `json:"begin"`
		End   int `json:"end,omitempty"`
	}
)

// WriteGitLab writes a Code Quality report. GitLab drops findings of equal fingerprint, whatever their file, so the path is part of it.
func WriteGitLab(w io.Writer, l List, run Run) error {
	prints := Fingerprints(l)
	issues := make([]gitlabIssue, len(l))
	for i := range l {
		d := &l[i]
		path := run.relative(d.At.File)
		issues[i] = gitlabIssue{
			Description: d.withHint(), CheckName: d.Code, Fingerprint: hash(path, prints[i]), Severity: gitlabSeverity(d.Severity),
			Location: gitlabLocation{Path: path, Lines: gitlabLines{Begin: firstLine(d.At), End: d.At.End.Line}},
		}
	}
	return encodeJSON(w, issues)
}

// gitlabSeverity leaves "blocker" and "major" out: we know three.
func gitlabSeverity(s Severity) string {
	switch s {
	case Error:
		return "critical"
	case Warning:
		return "minor"
	default:
		return "info"
	}
}
