package oas

import (
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// write is the text of the result: that of the document with edits, or, where that cannot be or another notation is wanted, all of it anew.
func (b *bundle) write(to source.Format) ([]byte, error) {
	file := b.main.file
	if to != file.Format() {
		return b.root.Document(to)
	}
	if text, ok := b.edited(); ok {
		return text, nil
	}
	d := b.main.report(CodeOutside, "", "the document is written anew, without its comments: the places to be changed count more than once, or are written in an unusual way")
	d.Severity, d.Hint = diag.Info, "do without YAML anchors and lists in brackets where references to other files stand"
	return b.root.Document(to)
}

// edited is the text of the document with what has become of it. It is looked at whether that is the same as writing everything anew.
func (b *bundle) edited() ([]byte, bool) {
	var edits []source.Edit
	for _, c := range b.changes {
		e, ok := c.edit()
		if !ok {
			return nil, false
		}
		edits = append(edits, e)
	}
	added, ok := b.added()
	if !ok {
		return nil, false
	}
	text, err := source.Apply([]byte(b.main.file.Text()), append(edits, added...))
	if err != nil {
		return nil, false
	}
	again, err := source.IndexWith(b.main.file.Name, text, b.main.opt.Limits)
	return text, err == nil && b.root.Equal(again.Root())
}

func (c change) edit() (source.Edit, bool) {
	if c.v.Kind == source.String && c.n.Kind() == source.String {
		return c.n.ReplaceText(c.v.Text)
	}
	return c.n.ReplaceTree(c.v)
}

// added are the edits that bring in the new components.
func (b *bundle) added() ([]source.Edit, bool) {
	fresh := map[string][]source.Member{}
	var buckets []string
	for _, h := range b.order {
		if fresh[h.bucket] == nil {
			buckets = append(buckets, h.bucket)
		}
		fresh[h.bucket] = append(fresh[h.bucket], source.Member{Key: h.name, Value: h.value})
	}
	root := b.main.file.Root()
	components := root.Get("components")
	if len(buckets) == 0 || b.changed[components] {
		return nil, true
	}
	var edits []source.Edit
	var whole []source.Member
	for _, bucket := range buckets {
		n := components.Get(bucket)
		switch {
		case b.changed[n]:
		case n.Exists():
			e, ok := n.InsertTree(fresh[bucket])
			if !ok {
				return nil, false
			}
			edits = append(edits, e)
		default:
			whole = append(whole, source.Member{Key: bucket, Value: &source.Value{Kind: source.Object, Members: fresh[bucket]}})
		}
	}
	if whole == nil {
		return edits, true
	}
	if !components.Exists() {
		components, whole = root, []source.Member{{Key: "components", Value: &source.Value{Kind: source.Object, Members: whole}}}
	}
	e, ok := components.InsertTree(whole)
	return append(edits, e), ok
}
