package check

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
)

var _ = register(&Rule{
	Code:     "TYK301",
	Name:     "listen-path",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "the listen path is none that the gateway can load or that a request can have",
	Fix:      FixUnsafe,
	Check:    checkListenPath,
})

const listenPathAt = oas.ExtensionPointer + "/server/listenPath/value"

func checkListenPath(p *Pass) {
	value, ok := p.written(listenPathAt)
	if !ok {
		return
	}
	if fault, hint := listenPathFault(value); fault != "" {
		d := p.Report(listenPathAt, "listen path %q %s", value, fault)
		d.Hint = hint
		if meant := listenPathMeant(value); meant != "" {
			p.write(d, meant)
		}
	}
}

// written returns the text at a pointer, and whether there is any to judge: Load speaks of other types and of blank text where some is
// needed, and the value of a reference is known to nobody before the gateway starts.
func (p *Pass) written(at source.Pointer) (string, bool) {
	n, _ := p.Doc.File.Lookup(at)
	value := n.Text()
	return value, n.Kind() == source.String && strings.TrimSpace(value) != "" && !tyk.IsReference(value)
}

// listenPathFault says what is wrong with a listen path and what to do about it, or nothing.
func listenPathFault(value string) (fault, hint string) {
	if fault, hint = templateFault(value); fault != "" {
		return fault, hint
	}
	shape := templateShape(value)
	lower := strings.ToLower(shape)
	switch odd := strings.IndexFunc(shape, unicode.IsControl); {
	case strings.ContainsFunc(value, unicode.IsSpace):
		return "holds a blank: the gateway skips the API", "remove the blank"
	case odd >= 0:
		return fmt.Sprintf("holds the control character %q, which no path has", string([]rune(shape[odd:])[0])), "remove it"
	case strings.Contains(value, "://"):
		return "is a URL, expected a path: the gateway skips the API", "write the path only; the host belongs into server.customDomain"
	case shape[0] != '/':
		return "does not begin with a slash: the gateway skips the API", fmt.Sprintf("write %q", "/"+value)
	case strings.Contains(shape, "?"):
		return "has a query, and is compared with paths, which have none", `end it before the "?"`
	case strings.Contains(shape, "#"):
		return "has a fragment, and is compared with paths, which have none", `end it before the "#"`
	case strings.Contains(shape, `\`):
		return "holds a backslash, which no path has", "write slashes"
	case strings.Contains(shape, "//"):
		return "has an empty segment: the gateway merges slashes before it compares", "write single slashes"
	case hasDotSegment(shape), hasDotSegment(strings.ReplaceAll(lower, "%2e", ".")):
		return "has a dot segment, which paths are cleaned of before they are compared", "write the path that is meant"
	case strings.Contains(lower, "%2f"), strings.Contains(lower, "%5c"):
		return "holds an encoded slash, which never stands for one in a path", "write the slash itself"
	}
	return "", ""
}

// listenPathMeant is the listen path that somebody wanted to write, or nothing where that cannot be told. In a template with patterns only the
// first slash is as good as certain.
func listenPathMeant(value string) string {
	meant := strings.TrimSpace(value)
	if !strings.ContainsAny(meant, "{}:") {
		meant, _, _ = strings.Cut(meant, "?")
		meant, _, _ = strings.Cut(meant, "#")
		meant = encodedSlash.ReplaceAllString(strings.ReplaceAll(meant, `\`, "/"), "/")
		meant = slashes.ReplaceAllString(meant, "/")
	}
	if !strings.HasPrefix(meant, "/") {
		meant = "/" + meant
	}
	if fault, _ := listenPathFault(meant); fault != "" || meant == "/" {
		return ""
	}
	return meant
}

var (
	encodedSlash = regexp.MustCompile(`(?i)%2f|%5c`)
	slashes      = regexp.MustCompile(`//+`)
)

func hasDotSegment(path string) bool {
	return slices.ContainsFunc(strings.Split(path, "/"), func(s string) bool { return s == "." || s == ".." })
}

// piece is a part of a template as gorilla/mux reads it: text that is compared, or a variable in braces.
type piece struct {
	text     string // without the braces
	variable bool
}

// pattern splits "name:regexp".
func (s piece) pattern() (name, expr string, found bool) { return strings.Cut(s.text, ":") }

// pieces takes a template apart. Braces nest, so that "{id:[0-9]{3}}" is one variable. It reports false when they are not balanced.
func pieces(template string) ([]piece, bool) {
	var list []piece
	depth, start := 0, 0
	for i := range len(template) {
		switch c := template[i]; {
		case c == '{':
			if depth == 0 {
				list = append(list, piece{text: template[start:i]})
				start = i + 1
			}
			depth++
		case c == '}' && depth == 0:
			return nil, false
		case c == '}':
			if depth--; depth == 0 {
				list = append(list, piece{text: template[start:i], variable: true})
				start = i + 1
			}
		}
	}
	return append(list, piece{text: template[start:]}), depth == 0
}

// templateShape is a template with a letter in place of each variable.
func templateShape(template string) string {
	list, _ := pieces(template)
	var b strings.Builder
	for _, s := range list {
		if s.variable {
			s.text = "v"
		}
		b.WriteString(s.text)
	}
	return b.String()
}

// templateKey is equal for templates that match the same text, whatever their variables are called.
func templateKey(template string) string {
	list, _ := pieces(template)
	var b strings.Builder
	for _, s := range list {
		if s.variable {
			_, expr, _ := s.pattern()
			s.text = "{" + expr + "}"
		}
		b.WriteString(s.text)
	}
	return b.String()
}

// templateFault says what keeps a template from being one, and what to do about it, or nothing.
func templateFault(template string) (fault, hint string) {
	list, ok := pieces(template)
	if !ok {
		return "has braces that do not match", "write a variable as {name} or {name:regexp}"
	}
	seen := map[string]bool{}
	for _, s := range list {
		if !s.variable {
			continue
		}
		name, expr, found := s.pattern()
		switch re, err := regexp.Compile(expr); {
		case name == "":
			return fmt.Sprintf("has a variable without a name: %q", "{"+s.text+"}"), "write {name} or {name:regexp}"
		case found && expr == "":
			return fmt.Sprintf("has a variable without a pattern after the colon: %q", "{"+s.text+"}"), fmt.Sprintf("write %q", "{"+name+"}")
		case seen[name]:
			return fmt.Sprintf("has two variables called %q", name), "give each a name of its own"
		case err != nil:
			return fmt.Sprintf("has the pattern %q, which is no regular expression: %s", expr, regexpFault(err)), "patterns are written as in Go (RE2)"
		case re.NumSubexp() > 0:
			return fmt.Sprintf("has the pattern %q with a capture group, which the gateway refuses", expr), "write (?:…) instead of (…)"
		}
		seen[name] = true
	}
	return "", ""
}

// regexpFault is what the regexp package says, without its own name.
func regexpFault(err error) string {
	return strings.TrimPrefix(err.Error(), "error parsing regexp: ")
}
