package diag

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// Run is what a report says of the run itself.
type Run struct {
	ToolVersion string
	Files       []string   // the names of what was checked, sorted
	Rules       []RuleInfo // every rule, sorted by code
	FailOn      Severity   // from which on a finding fails the run; zero: Error
	Dir         string     // absolute, with slashes: names of files are relative to it
	Root        string     // absolute, with slashes: where the repository begins, Dir or above; other tools show names relative to it
	ExitCode    int        // of the process
	Incomplete  bool       // something could not be checked
}

// RuleInfo is what reports say of a rule.
type RuleInfo struct {
	Code     Code
	Name     string // "relative-oauth-url"
	Severity Severity
	Summary  string // one line
	Doc      string // Markdown
	URL      string // where the documentation can be read
}

func (r *Run) rule(c Code) (index int, known bool) {
	return slices.BinarySearchFunc(r.Rules, c, func(info RuleInfo, c Code) int { return cmp.Compare(info.Code, c) })
}

// rulesOf returns the rules that have found something, by code.
func (r *Run) rulesOf(l List) []RuleInfo {
	found := make(map[Code]bool, len(l))
	for i := range l {
		found[l[i].Code] = true
	}
	rules := []RuleInfo{}
	for i := range r.Rules {
		if found[r.Rules[i].Code] {
			rules = append(rules, r.Rules[i])
		}
	}
	return rules
}

// title is the code of a rule with its name, where it has one.
func (r *Run) title(c Code) string {
	if i, known := r.rule(c); known {
		return string(c) + " " + r.Rules[i].Name
	}
	return string(c)
}

// failing reports whether a finding of a severity fails the run.
func (r *Run) failing(s Severity) bool { return s >= cmp.Or(r.FailOn, Error) }

// relative is a file's name from Root on; a file outside keeps its absolute name.
func (r *Run) relative(name string) string {
	if !isAbsolute(name) && r.Dir != "" {
		name = path.Join(r.Dir, name)
	}
	if inside, ok := strings.CutPrefix(name, strings.TrimSuffix(r.Root, "/")+"/"); ok && r.Root != "" {
		return inside
	}
	return name
}

// isAbsolute knows Windows' drives too: names have slashes on every platform.
func isAbsolute(name string) bool {
	return strings.HasPrefix(name, "/") || len(name) > 2 && name[1] == ':' && name[2] == '/'
}

// fileFindings is what was found in one file.
type fileFindings struct {
	name string
	list List
}

// byFile returns every file of a run, clean or not, by name.
func byFile(l List, run *Run) []fileFindings {
	lists := make(map[string]List, len(run.Files))
	names := slices.Clone(run.Files)
	for i := range l {
		names = append(names, l[i].At.File)
		lists[l[i].At.File] = append(lists[l[i].At.File], l[i])
	}
	slices.Sort(names)
	names = slices.Compact(names)
	files := make([]fileFindings, len(names))
	for i, name := range names {
		files[i] = fileFindings{name, lists[name]}
	}
	return files
}

// withHint is a message that a format shows whole, the hint below it. What a document has put into it does no harm.
func (d *Diagnostic) withHint() string {
	if d.Hint == "" {
		return Visible(d.Message)
	}
	return Visible(d.Message) + "\nhint: " + Visible(d.Hint)
}
