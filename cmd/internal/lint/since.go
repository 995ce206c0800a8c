package lint

import (
	"context"
	"errors"
	"io/fs"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/git"
	"github.com/tykctl/tykctl/oas/diag"
)

// Since returns the findings of inputs that were not there at a commit: the same inputs are checked as they were then, in the same way. A finding
// is known again by its file and its fingerprint, wherever its line has gone.
func Since(ctx context.Context, ref string, inputs []Input, opt Options, found diag.List) (diag.List, error) {
	tree, err := git.Open(ctx, ".", ref)
	if err != nil {
		return nil, err
	}
	was, err := checkThen(tree, inputs, opt)
	if e := tree.Close(); err == nil && e != nil {
		err = exit.Unread(e)
	}
	if err != nil {
		return nil, err
	}
	type key struct{ file, fingerprint string }
	old := map[key]bool{}
	prints := diag.Fingerprints(was)
	for i, d := range was {
		old[key{d.At.File, prints[i]}] = true
	}
	fresh := diag.List{}
	prints = diag.Fingerprints(found)
	for i, d := range found {
		if !old[key{d.At.File, prints[i]}] {
			fresh = append(fresh, d)
		}
	}
	return fresh, nil
}

// checkThen checks what there was of the inputs at the commit.
func checkThen(tree *git.Tree, inputs []Input, opt Options) (diag.List, error) {
	texts := map[string][]byte{}
	then := func(inputs []Input) (were []Input, err error) {
		for _, in := range inputs {
			if in.Path == "" {
				return nil, exit.Usagef("standard input has no history; --since wants files")
			}
			data, err := tree.Read(in.Path)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				continue
			case err != nil:
				return nil, exit.Unread(err)
			}
			texts[in.Name] = data
			were = append(were, in)
		}
		return were, nil
	}
	inputs, err := then(inputs)
	if err != nil {
		return nil, err
	}
	if opt.Policies, err = then(opt.Policies); err != nil {
		return nil, err
	}
	opt.at = tree.FS
	opt.Read = func(in Input) ([]byte, error) { return texts[in.Name], nil }
	set, err := Check(inputs, opt)
	if err != nil {
		return nil, err
	}
	return set.Found, nil
}
