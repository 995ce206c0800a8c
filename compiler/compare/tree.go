package compare

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tykctl/tykctl/oas/source"
)

// rule says what a part of a tree is called, and what a change of it is.
type rule struct {
	pattern                 string // keys; * is any one, ** at the end any number
	what                    string // "" for the path; %s is what the last * stands for
	added, removed, changed Class
}

// tree compares two trees in which a value that is left out means the same as an empty one: false, 0, "", nothing within.
type tree struct {
	rules      []rule
	containers []string                               // objects that come and go with what is in them
	operations func(before, after source.Node) []twin // what is for the same operation; nil: what has the same name
	idle       bool                                   // what is compared has no effect
	changes    []Change
}

// twin is what two objects hold for the same thing.
type twin struct {
	name          string
	before, after source.Node
	idle          bool // it has no effect
}

// match tells whether a pattern covers a path, what its last * stands for, and what ** does.
func match(pattern string, keys []string) (star string, rest []string, ok bool) {
	parts := strings.Split(pattern, "/")
	for i, part := range parts {
		switch {
		case part == "**":
			return star, keys[min(i, len(keys)):], true
		case i >= len(keys):
			return "", nil, false
		case part == "*":
			star = keys[i]
		case part != keys[i]:
			return "", nil, false
		}
	}
	return star, nil, len(parts) == len(keys)
}

// isZero tells whether a value says nothing.
func isZero(n source.Node) bool {
	switch n.Kind() {
	case source.Bool, source.String, source.Number:
		text := n.Text()
		return text == "" || n.Kind() != source.String && (text == "false" || text == "0")
	case source.Array:
		return n.Len() == 0
	case source.Object:
		for _, m := range n.Members() {
			if !isZero(m) {
				return false
			}
		}
	case source.Absent, source.Null:
	}
	return true
}

// same tells whether two values say the same.
func same(a, b source.Node) bool {
	switch {
	case isZero(a) || isZero(b):
		return isZero(a) && isZero(b)
	case a.Kind() != b.Kind() || a.Kind() == source.Array && a.Len() != b.Len():
		return false
	case a.Kind() == source.Array:
		for i, item := range a.Items() {
			if !same(item, b.Item(i)) {
				return false
			}
		}
		return true
	case a.Kind() == source.Object:
		for key, m := range a.Members() {
			if !same(m, b.Get(key)) {
				return false
			}
		}
		for key, m := range b.Members() {
			if !a.Get(key).Exists() && !isZero(m) {
				return false
			}
		}
		return true
	}
	return a.Text() == b.Text()
}

func (t *tree) compare(keys []string, a, b source.Node) {
	container := t.isContainer(keys) && (isObject(a) || !a.Exists()) && (isObject(b) || !b.Exists())
	if !container && (t.ignores(keys) || same(a, b)) {
		return
	}
	objects := isObject(a) && isObject(b)
	on, was := b.Get("enabled").Bool(), a.Get("enabled").Bool()
	switch toggle := a.Get("enabled").Exists() || b.Get("enabled").Exists(); {
	case toggle && !on && !was:
		t.add(keys, a, b, Changed, true)
	case toggle && on && !was:
		t.add(keys, a, b, On, false)
	case toggle && was && !on:
		t.add(keys, a, b, Off, false)
	case container || objects:
		t.members(keys, a, b)
	case isZero(a):
		t.add(keys, a, b, Added, false)
	case isZero(b):
		t.add(keys, a, b, Removed, false)
	default:
		t.add(keys, a, b, Changed, false)
	}
}

func isObject(n source.Node) bool { return n.Kind() == source.Object }

// isContainer tells whether an object is a place for others, which are compared one by one.
func (t *tree) isContainer(keys []string) bool {
	return len(keys) == 0 || slices.ContainsFunc(t.containers, func(p string) bool { _, _, ok := match(p, keys); return ok })
}

// ignores tells whether a part of the tree is none of its business.
func (t *tree) ignores(keys []string) bool {
	for _, r := range t.rules {
		if _, _, ok := match(r.pattern, keys); ok {
			return r.changed == unnoticed
		}
	}
	return false
}

// members compares what two objects hold.
func (t *tree) members(keys []string, a, b source.Node) {
	inner := func(key string) []string { return append(slices.Clip(keys), key) }
	if t.operations != nil && strings.Join(keys, "/") == "middleware/operations" {
		for _, w := range t.operations(a, b) {
			t.idle = w.idle
			t.compare(inner(w.name), w.before, w.after)
		}
		t.idle = false
		return
	}
	for key, m := range a.Members() {
		t.compare(inner(key), m, b.Get(key))
	}
	for key, m := range b.Members() {
		if !a.Get(key).Exists() {
			t.compare(inner(key), source.Node{}, m)
		}
	}
}

// lowered tells whether a bound of what clients may do is lower than before.
func lowered(keys []string, a, b source.Node) (less, isBound bool) {
	if !slices.ContainsFunc(bounds, func(p string) bool { _, _, ok := match(p, keys); return ok }) {
		return false, false
	}
	x, err := strconv.ParseFloat(a.Text(), 64)
	y, err2 := strconv.ParseFloat(b.Text(), 64)
	return y < x, err == nil && err2 == nil
}

// add notes a change. Idle is one of something that is turned off on both sides.
func (t *tree) add(keys []string, a, b source.Node, action Action, idle bool) {
	c := Change{Action: action, Class: Operational, What: strings.Join(keys, ".")}
	for _, r := range t.rules {
		star, rest, ok := match(r.pattern, keys)
		if !ok {
			continue
		}
		if r.what != "" {
			c.What = strings.TrimSpace(strings.ReplaceAll(r.what, "%s", star) + " " + strings.Join(rest, "."))
		}
		switch action {
		case Added, On:
			c.Class = r.added
		case Removed, Off:
			c.Class = r.removed
		case Changed:
			c.Class = r.changed
			if less, isBound := lowered(keys, a, b); isBound {
				c.Class = classOf(less)
			}
		}
		break
	}
	switch {
	case t.idle:
		c.Class = Cosmetic
		c.What += " (of no operation)"
	case idle:
		c.Class = Cosmetic
		c.What += " (off)"
	}
	shown := b
	if !b.Exists() {
		shown = a
	}
	c.Pointer, c.At = shown.Pointer(), shown.KeyRange()
	var hiddenOld, hiddenNew bool
	c.Old, hiddenOld = show(keys, a)
	c.New, hiddenNew = show(keys, b)
	c.Hidden = hiddenOld || hiddenNew
	if action == On || action == Off {
		c.Old, c.New = "off", "on"
		if action == Off {
			c.Old, c.New = "on", "off"
		}
		c.Hidden = false
	}
	t.changes = append(t.changes, c)
}
