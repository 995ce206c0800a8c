package lint

import (
	"io"
	"io/fs"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/compiler"
	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/compiler/ignore"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/policies"
)

// Options says how inputs are checked. The zero value is good.
type Options struct {
	Stdin    io.Reader
	Jobs     int                                            // files read at the same time; 0: one a processor
	Read     func(in Input) ([]byte, error)                 // nil: from disk, or from Stdin
	Allow    []string                                       // references that are tolerated although they are not followed; see oas.Options.AllowRefs
	at       func(dir string) (fs.FS, error)                // see references
	Policies []Input                                        // files of policies that the documents name; see FindPolicies
	Target   func(file string) string                       // the version of Tyk Gateway a file is for; nil: any
	Severity func(d *diag.Diagnostic) (diag.Severity, bool) // what a finding counts as, and whether it is wanted at all; nil: as it is
}

// Check reads inputs and returns what is wrong with them, and between them. Each document is checked by the goroutine that has read it, and what
// no rule needs after that is dropped: many documents are never held as a whole.
func Check(inputs []Input, opt Options) (*Set, error) {
	if opt.Read == nil {
		opt.Read = func(in Input) ([]byte, error) { return ReadFile(in, opt.Stdin) }
	}
	known, found, err := loadPolicies(opt)
	if err != nil {
		return nil, err
	}
	refs := references{allow: opt.Allow, at: opt.at}
	defer refs.close()
	loader := Loader{
		Jobs: opt.Jobs, Read: opt.Read, refs: &refs,
		Each: func(doc *oas.Document) (diag.List, bool) {
			o := check.Options{Policies: known}
			if opt.Target != nil {
				o.Target = opt.Target(doc.File.Name)
			}
			return compiler.CheckDocument(doc, o), false
		},
	}
	set, err := loader.Load(inputs)
	if err != nil {
		return nil, err
	}
	set.Policies = known
	set.Found = append(set.Found, found...)
	set.Found = append(set.Found, compiler.CheckSet(set.Docs, check.Options{Policies: known})...).Sort()
	// Ignores come first: one about a rule that is off is no mistake.
	set.Found = ignore.Apply(set.sources(), set.Found)
	if opt.Severity != nil {
		set.Found = regraded(set.Found, opt.Severity)
	}
	return set, nil
}

func loadPolicies(opt Options) (known []*policies.File, found diag.List, err error) {
	return LoadPolicies(opt.Policies, opt.Read)
}

// LoadPolicies reads files of policies; read is nil to read them from disk. What is wrong with them is in the list.
func LoadPolicies(inputs []Input, read func(Input) ([]byte, error)) (known []*policies.File, found diag.List, err error) {
	if read == nil {
		read = func(in Input) ([]byte, error) { return ReadFile(in, nil) }
	}
	for _, in := range inputs {
		data, err := read(in)
		if err != nil {
			return nil, nil, exit.Unread(err)
		}
		f, list := policies.Load(in.Name, data)
		if f.Incomplete {
			final(list)
		}
		known = append(known, f)
		found = append(found, list...)
	}
	return known, found, nil
}

// regraded gives findings the severities that are wanted, and leaves out what nobody wants to hear.
func regraded(l diag.List, severity func(*diag.Diagnostic) (diag.Severity, bool)) diag.List {
	kept := l[:0]
	for _, d := range l {
		var wanted bool
		if d.Severity, wanted = severity(&d); wanted {
			kept = append(kept, d)
		}
	}
	return kept
}
