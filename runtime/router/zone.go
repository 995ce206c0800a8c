package router

import (
	"bytes"
	"sort"
	"strings"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/internal/unsafestr"
)

// maxEnds bounds how many ends of a listen path are tried when a variable in it can match slashes, and with it the time of one match.
const maxEnds = 64

// zone holds the listen paths of one domain.
type zone struct {
	exact     map[string]leaf // by listen path without the slash at its end
	longest   int             // length of the longest key of exact
	templates []template      // most literal octets first, then in the order of the plan
}

// leaf is what listens at one literal path: "/a" and "/a/" are different listen paths with one key.
type leaf struct {
	bare, slash plan.APIID
}

// template is a listen path with variables.
type template struct {
	pattern pattern // without the slash at its end
	literal int     // octets outside braces, with that slash
	slash   bool
	api     plan.APIID
}

// found is a match of a listen path.
type found struct {
	api   plan.APIID
	rest  int
	score int // of several, the highest counts
}

var nothing = found{api: plan.None, score: -1}

// score orders matches: by literal octets found in the path, a literal listen path before a template, and one whose slash was found before
// one which was forgiven its slash ("/a/" for the path "/a").
func score(literal int, template, forgiven bool) int {
	s := 4 * literal
	if !template {
		s += 2
	}
	if !forgiven {
		s++
	}
	return s
}

// add enters an API. The first of two equal listen paths stays.
func (z *zone) add(id plan.APIID, listenPath string) error {
	tokens, err := canonicalTokens(listenPath)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		if !t.variable && strings.Contains(t.text, escapedSlash) {
			return errNever
		}
	}
	slash := false
	if t := &tokens[len(tokens)-1]; !t.variable && t.text[len(t.text)-1] == '/' {
		slash = true
		t.text = t.text[:len(t.text)-1]
		if t.text == "" {
			tokens = tokens[:len(tokens)-1]
		}
	}
	p, err := compile(tokens, '/', false)
	if err != nil {
		return err
	}
	if p.variable {
		t := template{pattern: p, literal: p.literal, slash: slash, api: id}
		if slash {
			t.literal++
		}
		at := sort.Search(len(z.templates), func(i int) bool { return z.templates[i].literal < t.literal })
		z.templates = append(z.templates, template{})
		copy(z.templates[at+1:], z.templates[at:])
		z.templates[at] = t
		return nil
	}
	key := ""
	if len(tokens) == 1 {
		key = tokens[0].text
	}
	z.addExact(id, key, slash)
	return nil
}

func (z *zone) addExact(id plan.APIID, key string, slash bool) {
	l, ok := z.exact[key]
	if !ok {
		l = leaf{bare: plan.None, slash: plan.None}
	}
	if slash && l.slash == plan.None {
		l.slash = id
	} else if !slash && l.bare == plan.None {
		l.bare = id
	}
	if z.exact == nil {
		z.exact = make(map[string]leaf)
	}
	z.exact[key] = l
	z.longest = max(z.longest, len(key))
}

// canonicalTokens splits a path template and brings its literal text into canonical form. Text that no canonical path can contain is an
// error, so that a plan cannot hold an API which nobody can reach.
func canonicalTokens(path string) ([]token, error) {
	tokens, err := tokenize(path)
	if err != nil {
		return nil, err
	}
	var shape []byte // the path with a letter for each variable
	for i, t := range tokens {
		if t.variable {
			shape = append(shape, 'v')
			continue
		}
		text, ok := canonicalText(t.text)
		if !ok {
			return nil, errNever
		}
		tokens[i].text = text
		shape = append(shape, text...)
	}
	if _, v := Canonical(make([]byte, 0, len(shape)), shape); v != Clean {
		return nil, errNever
	}
	return tokens, nil
}

// find returns the listen path with the highest score.
func (z *zone) find(path []byte) found {
	best := z.findExact(path)
	for i := range z.templates {
		t := &z.templates[i]
		if score(t.literal, true, false) <= best.score {
			break
		}
		end, ok := t.end(path)
		if !ok {
			continue
		}
		f := found{api: t.api, rest: end, score: score(t.literal, true, false)}
		if t.slash && end < len(path) {
			f.rest++
		} else if t.slash {
			f.score = score(t.literal-1, true, true)
		}
		if f.score > best.score {
			best = f
		}
	}
	return best
}

// findExact looks up ever shorter beginnings of the path that end before a slash. Beginnings longer than any listen path are not hashed,
// so that a long path costs no more than a short one.
func (z *zone) findExact(path []byte) found {
	n := min(len(path), z.longest)
	if n < len(path) && path[n] != '/' {
		n = bytes.LastIndexByte(path[:n], '/')
	}
	for ; n >= 0; n = bytes.LastIndexByte(path[:n], '/') {
		l, ok := z.exact[string(path[:n])]
		if !ok {
			continue
		}
		if l.bare != plan.None && (n == len(path) || l.slash == plan.None) {
			return found{api: l.bare, rest: n, score: score(n, false, false)}
		}
		if n == len(path) {
			return found{api: l.slash, rest: n, score: score(n, false, true)}
		}
		return found{api: l.slash, rest: n + 1, score: score(n+1, false, false)}
	}
	return nothing
}

// end is where the listen path ends in path: before a slash, or at the end of path.
func (t *template) end(path []byte) (int, bool) {
	if t.pattern.whole != nil {
		return t.longestEnd(path)
	}
	return t.segmentsEnd(path)
}

// escapedSlash must not decide which API a request is for.
const escapedSlash = "%2F"

func hasEscapedSlash(b []byte) bool { return strings.Contains(unsafestr.String(b), escapedSlash) }

func (t *template) segmentsEnd(path []byte) (int, bool) {
	end := 0
	segments := t.pattern.segments[1:] // the first is the nothing before the first slash
	for i := range segments {
		if end >= len(path) {
			return 0, false
		}
		start := end + 1
		end = next(path, start, '/')
		if !segments[i].match(path[start:end]) || hasEscapedSlash(path[start:end]) {
			return 0, false
		}
	}
	return end, true
}

// longestEnd tries the first maxEnds ends and returns the last that matches.
func (t *template) longestEnd(path []byte) (int, bool) {
	last, ok := 0, false
	end := 0
	for range maxEnds {
		if end >= len(path) {
			break
		}
		start := end
		end = next(path, end+1, '/')
		if hasEscapedSlash(path[start:end]) {
			break
		}
		if t.pattern.whole.Match(path[:end]) {
			last, ok = end, true
		}
	}
	return last, ok
}
