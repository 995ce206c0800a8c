package source

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// pair is a member of a mapping, merge keys resolved.
type pair struct {
	name       string
	odd        bool // the key is neither text nor a whole number
	key, value *yaml.Node
}

// pairs is what a mapping holds. Merge keys (<<) count as yaml.v3 has them: the mapping's own members win over merged ones,
// and of several sources the first; merged members stand where the merge key stands.
func (r *yamlReader) pairs(n *yaml.Node) ([]pair, bool) {
	pairs := make([]pair, 0, len(n.Content)/2)
	merge, before := (*yaml.Node)(nil), 0
	for k := 0; k+1 < len(n.Content); k += 2 {
		key, value := n.Content[k], n.Content[k+1]
		if isMerge(key) {
			merge, before = value, len(pairs)
			continue
		}
		p, ok := r.pair(key, value)
		if !ok {
			return nil, false
		}
		pairs = append(pairs, p)
	}
	if merge == nil {
		return pairs, true
	}
	merged, ok := r.merge(merge, pairs)
	return append(pairs[:before:before], append(merged, pairs[before:]...)...), ok
}

// pair reads a key.
func (r *yamlReader) pair(key, value *yaml.Node) (pair, bool) {
	scalar := key
	if key.Kind == yaml.AliasNode {
		if !r.follow(key) {
			return pair{}, false
		}
		scalar = key.Alias
	}
	if scalar.Kind != yaml.ScalarNode {
		return pair{}, r.failf(key.Line, key.Column, "write the key in quotes", "found an object or array, expected a key")
	}
	p := pair{name: scalar.Value, key: key, value: value}
	switch scalar.ShortTag() {
	case "!!bool", "!!null", "!!float":
		p.odd = true
	}
	return p, true
}

// isMerge tells the merge key from a quoted "<<".
func isMerge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.Value == "<<" && (key.Tag == "" || key.Tag == "!" || key.ShortTag() == "!!merge")
}

// merge is the members that the value of a merge key adds to a mapping's own.
func (r *yamlReader) merge(value *yaml.Node, own []pair) ([]pair, bool) {
	const ownSource = -1
	from := make(map[string]int, len(own)) // the source of each member
	for _, p := range own {
		from[p.name] = ownSource
	}
	sources := []*yaml.Node{value}
	if value.Kind == yaml.SequenceNode {
		sources = value.Content
	}
	var merged []pair
	at := map[string]int{} // where each member is in merged
	for s, source := range sources {
		pairs, ok := r.source(source)
		if !ok {
			return nil, false
		}
		for _, p := range pairs {
			earlier, seen := from[p.name]
			switch {
			case !seen:
				from[p.name], at[p.name] = s, len(merged)
				merged = append(merged, p)
			case earlier == s: // a duplicate key within the source: the last one counts
				merged[at[p.name]] = p
			}
		}
	}
	return merged, true
}

// source is the members of a mapping, or of an alias of one, that is to be merged.
func (r *yamlReader) source(n *yaml.Node) ([]pair, bool) {
	target := n
	if n.Kind == yaml.AliasNode {
		if !r.follow(n) {
			return nil, false
		}
		target = n.Alias
	}
	if target.Kind != yaml.MappingNode {
		return nil, r.failf(n.Line, n.Column, "", "found %s after <<, expected an object, an alias of one, or an array of these", kindName(target))
	}
	r.merged += len(target.Content) / 2
	if r.merged > r.lim.Nodes {
		return nil, r.failf(n.Line, n.Column, "", "the document has more than %d values, merge keys expanded", r.lim.Nodes)
	}
	if target.Anchor != "" {
		r.open[target] = true
		defer delete(r.open, target)
	}
	r.depth++
	defer func() { r.depth-- }()
	if r.depth > r.lim.Depth {
		return nil, r.failf(n.Line, n.Line, "", "objects and arrays are nested more than %d deep", r.lim.Depth)
	}
	return r.pairs(target)
}

// kindName names a node for a message.
func kindName(n *yaml.Node) string {
	if n.Kind == yaml.SequenceNode {
		return "an array"
	}
	return strings.TrimSpace("the value " + shorten(n.Value))
}
