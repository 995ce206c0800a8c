package source

import (
	"errors"
	"io"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// yaml.v3 says "line N: what": without a column, and for errors of structure N is about where the surrounding object begins.
// This file finds the line that is wrong, the column as well as the line's text shows it, and what to do.

var yamlMessage = regexp.MustCompile(`(?s)^yaml: (?:line (\d+): )?(.*)$`)

// splitYAMLError parts the message of yaml.v3 from its line, which is 0 when it names none.
func splitYAMLError(err error) (int, string) {
	m := yamlMessage.FindStringSubmatch(err.Error())
	if m == nil {
		return 0, err.Error()
	}
	line, _ := strconv.Atoi(m[1]) // nothing but digits, or nothing
	return line, m[2]
}

// syntaxError turns an error of yaml.v3 into one with a place and a hint.
func (r *yamlReader) syntaxError(err error) bool {
	line, message := splitYAMLError(err)
	switch {
	case strings.HasPrefix(message, "unknown anchor"):
		return r.unknownAnchor(message)
	case strings.HasPrefix(message, "did not find expected ',' or"):
		return r.unclosedFlow(line, message)
	case isStructural(message):
		line = r.troubled()
	}
	line = min(max(line, 1), len(r.rows.starts))
	if tab, at := r.tabAfter(line, message); at >= 0 {
		return r.failIn(tab, at, at+1, "indent with spaces: YAML forbids tabs there", "found a tab in the indentation, expected spaces")
	}
	for _, fault := range yamlFaults {
		if !strings.HasPrefix(message, fault.yaml) {
			continue
		}
		for _, n := range []int{line, 1} { // yaml.v3 is at a loss when what it complains about begins on the first line
			if start, end := fault.find(r.row(n)); start >= 0 {
				message := strings.Replace(fault.message, "FOUND", strconv.Quote(r.row(n)[start:end]), 1)
				return r.failIn(n, start, end, fault.hint, "%s", message)
			}
		}
	}
	text := r.row(line)
	start := indentation(text)
	return r.failIn(line, start, max(start, len(strings.TrimRight(text, " \t"))), "", "%s", message)
}

// failIn leaves an error about a part of a line.
func (r *yamlReader) failIn(line, start, end int, hint, format string, args ...any) bool {
	first := int(r.rows.starts[line-1])
	return r.failf(first+start, first+end, hint, format, args...)
}

// row is the text of a line as yaml.v3 counts lines.
func (r *yamlReader) row(line int) string {
	start := int(r.rows.starts[line-1])
	return r.s[start:r.lineEnd(start)]
}

// isStructural tells the errors of yaml.v3's parser, whose lines are of no use, from those of its scanner.
func isStructural(message string) bool {
	for _, what := range []string{"key", "'-' indicator", "node content", "<document start>"} {
		if message == "did not find expected "+what {
			return true
		}
	}
	return false
}

// byteReader hands out single bytes, so that what has been read tells how far the parser got.
type byteReader struct {
	s string
	n int
}

// Read gives one byte.
func (b *byteReader) Read(p []byte) (int, error) {
	if b.n == len(b.s) || len(p) == 0 {
		return 0, io.EOF
	}
	p[0] = b.s[b.n]
	b.n++
	return 1, nil
}

// troubled finds the line of an error of structure. The parser stops a token or two after it, and so at most a few lines: the line is
// the first one up to which the text is already wrong.
func (r *yamlReader) troubled() int {
	progress := &byteReader{s: r.s}
	_ = decodeAll(progress)
	at := compact(max(progress.n-1, 0))
	line := sort.Search(len(r.rows.starts), func(i int) bool { return r.rows.starts[i] > at })
	for range 4 {
		before := line - 1
		for before > 0 && strings.TrimSpace(r.row(before)) == "" {
			before--
		}
		if before == 0 || !r.wrongUpTo(line) && strings.TrimSpace(r.row(line)) != "" {
			break
		}
		line = before
	}
	return max(line, 1)
}

// wrongUpTo tells whether the lines before a line are wrong by themselves, and not just for being cut off.
func (r *yamlReader) wrongUpTo(line int) bool {
	err := decodeAll(strings.NewReader(r.s[:r.rows.starts[line-1]]))
	if err == nil {
		return false
	}
	_, message := splitYAMLError(err)
	return !strings.HasPrefix(message, "did not find expected ',' or") && !strings.Contains(message, "end of stream")
}

// decodeAll reads documents until the end or an error.
func decodeAll(in io.Reader) error {
	dec := yaml.NewDecoder(in)
	for {
		if err := decodeYAML(dec, new(yaml.Node)); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// unknownAnchor finds the alias that yaml.v3 names without its place.
func (r *yamlReader) unknownAnchor(message string) bool {
	name := strings.TrimSuffix(strings.TrimPrefix(message, "unknown anchor '"), "' referenced")
	start := 0
	if m := regexp.MustCompile(`(?:^|[\s,\[{])\*` + regexp.QuoteMeta(name) + `(?:[\s,\]}]|$)`).FindStringIndex(r.s); m != nil {
		start = m[0] + strings.IndexByte(r.s[m[0]:], '*')
	}
	return r.failf(start, start+1+len(name), "if * is meant as text, put the value in quotes",
		"found an alias of %q, expected one of an anchor defined above it", name)
}

// unclosedFlow points at the bracket that yaml.v3 found no end of; its line is one too small, or names the end.
func (r *yamlReader) unclosedFlow(line int, message string) bool {
	bracket := "["
	if strings.HasSuffix(message, "'}'") {
		bracket = "{"
	}
	for _, n := range []int{line + 1, 1} {
		if n > len(r.rows.starts) {
			continue
		}
		if at := strings.Index(r.row(n), bracket); at >= 0 {
			return r.failIn(n, at, at+1, "close it, or put the value in quotes if it is text",
				"found %q, expected items separated by commas and a closing bracket", bracket)
		}
	}
	line = min(max(line, 1), len(r.rows.starts))
	return r.failIn(line, 0, len(r.row(line)), "", "%s", message)
}

// tabAfter finds a tab in the indentation of a line or the few after it, if that may be the reason of the message.
func (r *yamlReader) tabAfter(line int, message string) (int, int) {
	last := line
	switch {
	case strings.HasPrefix(message, "found a tab character"):
		last = min(line+100, len(r.rows.starts))
	case message != "found character that cannot start any token" && !isStructural(message):
		return 0, -1
	}
	for ; line <= last; line++ {
		text := r.row(line)
		if at := strings.IndexByte(text[:len(text)-len(strings.TrimLeft(text, " \t"))], '\t'); at >= 0 {
			return line, at
		}
	}
	return 0, -1
}
