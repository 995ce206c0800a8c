package config

import (
	"path/filepath"
	"strconv"
	"strings"

	"github.com/tykctl/tykctl/cmd/internal/ownfile"
	"github.com/tykctl/tykctl/oas/source"
)

// ignore reads the patterns of files to be left out. They add to those of the files that are extended, or take away from them.
func (r *reader) ignore(n source.Node) {
	if n.Kind() == source.Null {
		return
	}
	r.c.ignore = append(r.c.ignore, r.patterns(n, "ignore", r.extends)...)
}

// patterns reads a list of patterns. Only where something is meant already may it begin with one that excludes.
func (r *reader) patterns(n source.Node, name string, something bool) []pattern {
	if n.Kind() != source.Array {
		r.wrong(n, name, "a list of patterns", `write it in brackets, such as ["legacy/**"]`)
		return nil
	}
	if n.Len() == 0 && name == "files" {
		r.mistake(n.Range(), "name some, or remove the override", "files is empty")
	}
	var list []pattern
	for i, item := range n.Items() {
		text, ok := r.text(item, "an item of "+name)
		if !ok {
			continue
		}
		p, err := newPattern(r.dir, text, item.Range())
		switch {
		case err != nil:
			r.mistake(item.Range(), hintOf(err), "%v", err)
		case p.exclude && i == 0 && !something:
			r.mistake(item.Range(), `write what is meant before it, such as "**"`, "the pattern %q excludes from nothing", text)
		default:
			list = append(list, p)
		}
	}
	return list
}

// pathTo reads the path of another file.
func (r *reader) pathTo(n source.Node, to *Value[string]) {
	text, ok := r.text(n, n.Pointer().Last())
	if !ok {
		return
	}
	path := filepath.FromSlash(text)
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(r.path), path)
	}
	*to = Value[string]{path, n.Range()}
}

// failOn reads the severity from which on a run fails.
func (r *reader) failOn(n source.Node) {
	allowed := []string{"error", "warning", "info", "never"}
	for _, word := range allowed {
		if n.Kind() == source.String && n.Text() == word {
			r.c.FailOn = Value[string]{word, n.Range()}
			return
		}
	}
	hint := didYouMean(n.Text(), allowed, "write one of them")
	if meant(n.Text(), []string{"off"}) != "" || n.Text() == "off" {
		hint = `did you mean "never"?`
	}
	r.mistake(ownfile.Place(n), hint, "failOn is %s, expected %s", ownfile.Shown(n), listed(allowed))
}

// maxWarnings reads how many warnings a run may have.
func (r *reader) maxWarnings(n source.Node) {
	count, err := strconv.ParseInt(n.Text(), 10, 32)
	if n.Kind() != source.Number || err != nil || count < 0 {
		r.mistake(ownfile.Place(n), "write a number such as 10, without quotes", "maxWarnings is %s, expected a whole number from 0", ownfile.Shown(n))
		return
	}
	r.c.MaxWarnings = Value[int]{int(count), n.Range()}
}

// text reads a string that says something.
func (r *reader) text(n source.Node, name string) (string, bool) {
	text := n.Text()
	switch {
	case tag(n) != "":
		r.mistake(n.Range(), "put it in quotes", "%s is followed by nothing: YAML takes it for a tag", ownfile.Shortened(tag(n)))
		return "", false
	case n.Kind() != source.String:
		hint := ""
		if n.Kind() == source.Number || n.Kind() == source.Bool {
			hint = "put it in quotes"
		}
		r.wrong(n, name, "a string", hint)
		return "", false
	case strings.TrimSpace(text) == "":
		r.mistake(n.Range(), "write a value, or remove it", "%s is empty", name)
		return "", false
	case text != strings.TrimSpace(text), strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f }):
		r.mistake(n.Range(), "remove it", "%s has blanks at an end or a control character: %q", name, ownfile.Shortened(text))
		return "", false
	}
	return text, true
}

// tag is the YAML tag that a value without text is written with: so a pattern with "!" reads that stands without quotes.
func tag(n source.Node) string {
	at := n.Range()
	before := n.File().Text()[:at.Start.Offset]
	words := strings.Fields(before[strings.LastIndexAny(before, "\r\n")+1:])
	if at.Start != at.End || n.File().Format() != source.YAML || len(words) == 0 || !strings.HasPrefix(words[len(words)-1], "!") {
		return ""
	}
	return words[len(words)-1]
}

// wrong reports a value of another type than it must have.
func (r *reader) wrong(n source.Node, name, wanted, hint string) {
	r.mistake(ownfile.Place(n), hint, "%s is %s, expected %s", name, ownfile.Shown(n), wanted)
}

// listed is "a, b or c".
func listed(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
