package router

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// pattern is a compiled template: text with "{name}" and "{name:regexp}" in it. It is cut at the separator ('/' of paths, '.' of host
// names) into segments that are matched one by one; only a template with an expression that can match the separator itself stays in one
// piece, as a regular expression.
type pattern struct {
	segments []segment
	whole    *regexp.Regexp // matches the whole text; segments is nil then
	literal  int            // octets outside braces
	variable bool           // there are braces
}

// segment matches a piece of text without separators.
type segment struct {
	literals []string       // the text around variables; one string and no variable: the segment is that text
	expr     *regexp.Regexp // not nil: the segment is what the expression matches, and literals is nil
	literal  int            // octets outside braces
	key      string         // equal keys match the same text
}

// token is a piece of a template: literal text, or a variable whose expression may be empty ("{name}").
type token struct {
	text     string
	variable bool
}

var (
	errBraces = errors.New("unbalanced braces")
	errEmpty  = errors.New("a variable without an expression after its colon")
	errNever  = errors.New("no request path can contain this text")
)

// tokenize splits a template. Braces nest, so that "{id:[0-9]{3}}" is one variable.
func tokenize(template string) ([]token, error) {
	var out []token
	depth, start := 0, 0
	for i := range len(template) {
		switch template[i] {
		case '{':
			if depth == 0 {
				if i > start {
					out = append(out, token{text: template[start:i]})
				}
				start = i + 1
			}
			depth++
		case '}':
			depth--
			if depth < 0 {
				return nil, errBraces
			}
			if depth > 0 {
				continue
			}
			_, expr, colon := strings.Cut(template[start:i], ":")
			if colon && expr == "" {
				return nil, errEmpty
			}
			out = append(out, token{text: expr, variable: true})
			start = i + 1
		}
	}
	if depth != 0 {
		return nil, errBraces
	}
	if start < len(template) {
		out = append(out, token{text: template[start:]})
	}
	return out, nil
}

// compile makes the pattern of a template whose literal text is canonical already. With fold, text to be matched is in lower case.
func compile(tokens []token, sep byte, fold bool) (pattern, error) {
	var p pattern
	spans := false
	for i, t := range tokens {
		if !t.variable {
			p.literal += len(t.text)
			if fold {
				tokens[i].text = strings.ToLower(t.text)
			}
			continue
		}
		p.variable = true
		if t.text == "" {
			continue
		}
		tree, err := syntax.Parse(t.text, syntax.Perl)
		if err != nil {
			return p, fmt.Errorf("expression %q: %w", t.text, err)
		}
		spans = spans || canMatch(tree, rune(sep))
	}
	var err error
	if spans {
		p.whole, err = expression(tokens, sep, fold)
		return p, err
	}
	for _, part := range cut(tokens, sep) {
		s, err := newSegment(part, sep, fold)
		if err != nil {
			return p, err
		}
		p.segments = append(p.segments, s)
	}
	return p, nil
}

// cut splits tokens at the separators in their literal text.
func cut(tokens []token, sep byte) [][]token {
	parts := [][]token{nil}
	for _, t := range tokens {
		if t.variable {
			parts[len(parts)-1] = append(parts[len(parts)-1], t)
			continue
		}
		for i, text := range strings.Split(t.text, string(rune(sep))) {
			if i > 0 {
				parts = append(parts, nil)
			}
			if text != "" {
				parts[len(parts)-1] = append(parts[len(parts)-1], token{text: text})
			}
		}
	}
	return parts
}

func newSegment(tokens []token, sep byte, fold bool) (segment, error) {
	s := segment{literals: []string{""}}
	expr, adjacent := false, false
	for i, t := range tokens {
		if !t.variable {
			s.literal += len(t.text)
			s.literals[len(s.literals)-1] = t.text
			continue
		}
		expr = expr || t.text != ""
		adjacent = adjacent || i > 0 && tokens[i-1].variable
		s.literals = append(s.literals, "")
	}
	if !expr && !adjacent {
		s.key = strings.Join(s.literals, "{}")
		return s, nil
	}
	re, err := expression(tokens, sep, fold)
	if err != nil {
		return s, err
	}
	s.literals, s.expr, s.key = nil, re, "{"+re.String()+"}"
	return s, nil
}

// expression is the anchored regular expression of tokens. A variable without an expression is one or more octets other than the separator.
func expression(tokens []token, sep byte, fold bool) (*regexp.Regexp, error) {
	var b strings.Builder
	if fold {
		b.WriteString("(?i)")
	}
	b.WriteString(`^`)
	for _, t := range tokens {
		switch {
		case !t.variable:
			b.WriteString(regexp.QuoteMeta(t.text))
		case t.text == "":
			b.WriteString("[^" + regexp.QuoteMeta(string(rune(sep))) + "]+")
		default:
			b.WriteString("(?:" + t.text + ")")
		}
	}
	b.WriteString(`$`)
	return regexp.Compile(b.String())
}

// canMatch reports whether an expression may match text that contains r.
func canMatch(re *syntax.Regexp, r rune) bool {
	if re.Op == syntax.OpAnyChar || re.Op == syntax.OpAnyCharNotNL {
		return true
	}
	if re.Op == syntax.OpLiteral && slices.Contains(re.Rune, r) {
		return true
	}
	if re.Op == syntax.OpCharClass { // pairs: from, to
		for i := 0; i+1 < len(re.Rune); i += 2 {
			if re.Rune[i] <= r && r <= re.Rune[i+1] {
				return true
			}
		}
	}
	for _, sub := range re.Sub {
		if canMatch(sub, r) {
			return true
		}
	}
	return false
}

// isLiteral reports whether the segment is plain text, literals[0].
func (s *segment) isLiteral() bool { return s.expr == nil && len(s.literals) == 1 }

// match reports whether b, which holds no separator, is what the segment describes. Each variable takes at least one octet.
func (s *segment) match(b []byte) bool {
	if s.expr != nil {
		return s.expr.Match(b)
	}
	first, last := s.literals[0], s.literals[len(s.literals)-1]
	if len(s.literals) == 1 {
		return string(b) == first
	}
	if len(b) < len(first)+len(last)+1 || string(b[:len(first)]) != first || string(b[len(b)-len(last):]) != last {
		return false
	}
	b = b[len(first) : len(b)-len(last)]
	for _, text := range s.literals[1 : len(s.literals)-1] {
		// The variable before text takes one octet, then as few as it can; that leaves the most for those that follow.
		i := indexFrom(b, text, 1)
		if i < 0 {
			return false
		}
		b = b[i+len(text):]
	}
	return len(b) > 0
}

// indexFrom is where text begins in b, at from or later; -1 if nowhere.
func indexFrom(b []byte, text string, from int) int {
	for i := from; i+len(text) <= len(b); i++ {
		if string(b[i:i+len(text)]) == text {
			return i
		}
	}
	return -1
}

// match reports whether the whole of text is what the pattern describes.
func (p *pattern) match(text []byte, sep byte) bool {
	if p.whole != nil {
		return p.whole.Match(text)
	}
	pos := 0
	for i := range p.segments {
		if pos > len(text) {
			return false
		}
		end := next(text, pos, sep)
		if !p.segments[i].match(text[pos:end]) {
			return false
		}
		pos = end + 1
	}
	return pos == len(text)+1
}

// next is the index of the first separator at or after pos, or the length of text.
func next(text []byte, pos int, sep byte) int {
	for i := pos; i < len(text); i++ {
		if text[i] == sep {
			return i
		}
	}
	return len(text)
}
