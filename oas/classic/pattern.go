package classic

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
)

// pattern is a path of a Classic definition, which is a regular expression with placeholders, as a path of OpenAPI.
type pattern struct {
	path     string // with a parameter for each segment that is no plain text
	id       string // what operation ids begin with, as Tyk forms them
	params   []parameter
	anchored bool // it ends where the expression said that a path ends
}

// parameter is a path parameter; the expression may be empty.
type parameter struct{ name, expression string }

var (
	identifier  = regexp.MustCompile(`^[a-zA-Z0-9._-]+$`)
	placeholder = regexp.MustCompile(`\{[a-zA-Z0-9._-]+\}`)
)

// shape is the path without the names of its parameters: paths that differ only there are one for OpenAPI.
func (p *pattern) shape() string {
	shape := p.path
	for _, param := range p.params {
		shape = strings.ReplaceAll(shape, "{"+param.name+"}", "{}")
	}
	return shape
}

// sameExpressions reports whether two patterns of one shape match the same paths.
func (p *pattern) sameExpressions(q *pattern) bool {
	for i := range p.params {
		if p.params[i].expression != q.params[i].expression {
			return false
		}
	}
	return true
}

// parse reads a path. It reports what of it cannot be said in OpenAPI; without ok, that is everything.
func parse(f field) (p pattern, ok bool) {
	text := f.text()
	if text == "" {
		f.report(CodeIdle, diag.Info, "%s says nothing: an entry without a path", f.place())
		return p, false
	}
	text, p.anchored = strings.CutSuffix(strings.TrimPrefix(text, "^"), "$")
	p.id = strings.TrimPrefix(text, "/")
	for segment := range strings.SplitSeq(p.id, "/") {
		if !balanced(segment) {
			f.lost("write an entry for each path that is meant", "the expression %q reaches over a slash, which no path of OpenAPI can", f.n.Text())
			return p, false
		}
		p.path += "/" + p.segment(f, segment)
	}
	return p, true
}

// segment reads what stands between two slashes.
func (p *pattern) segment(f field, s string) string {
	name, wrapped := strings.CutPrefix(s, "{")
	name, closed := strings.CutSuffix(name, "}")
	switch {
	case s == "" || identifier.MatchString(s):
		return s
	case wrapped && closed && identifier.MatchString(name):
		return p.add(name, "")
	case wrapped && closed && strings.Contains(name, ":") && !strings.Contains(name, "/"):
		name, expression, _ := strings.Cut(name, ":")
		return p.add(name, checked(f, expression))
	case identifier.MatchString(placeholder.ReplaceAllString(s, "")) && placeholder.MatchString(s):
		return placeholder.ReplaceAllStringFunc(s, func(in string) string { return p.add(in[1:len(in)-1], "") })
	case s == "*":
		f.changed("look whether that is what was meant: in a regular expression, * repeats what stands before it",
			"the segment %q of %q becomes a path parameter, any text", s, f.n.Text())
		return p.add(p.free(), "")
	}
	if strings.Contains(s, ".*") || strings.Contains(s, ".+") || strings.Contains(s, "[^") {
		d := f.report(CodeLost, diag.Warning, "%s is carried over in part: %q matches text with slashes, too, and a path parameter of OpenAPI none", f.place(), s)
		d.Hint = "add the deeper paths that are meant"
	}
	return p.add(p.free(), checked(f, s))
}

// add adds a parameter; a name that is taken gets a number.
func (p *pattern) add(name, expression string) string {
	for i, given := 2, name; p.has(name); i++ {
		name = fmt.Sprintf("%s%d", given, i)
	}
	p.params = append(p.params, parameter{name, expression})
	return "{" + name + "}"
}

func (p *pattern) has(name string) bool {
	for _, q := range p.params {
		if q.name == name {
			return true
		}
	}
	return false
}

// free is the next name of a parameter that has none, as Tyk gives them.
func (p *pattern) free() string {
	for i := 1; ; i++ {
		if name := fmt.Sprintf("customRegex%d", i); !p.has(name) {
			return name
		}
	}
}

// checked is an expression that can be compiled, or nothing.
func checked(f field, expression string) string {
	if _, err := regexp.Compile(expression); err != nil {
		d := f.report(CodeLost, diag.Warning, "%s is carried over without its expression: %q is no regular expression", f.place(), expression)
		d.Hint = "write the pattern that is meant into the schema of the parameter"
		return ""
	}
	return expression
}

// balanced reports whether the brackets of a segment are closed within it.
func balanced(s string) bool {
	depth := 0
	for _, c := range s {
		switch c {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		}
		if depth < 0 {
			return false
		}
	}
	return depth == 0
}
