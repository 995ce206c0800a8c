package source

import (
	"regexp"
	"strconv"
	"strings"
)

var yamlMessage = regexp.MustCompile(`(?s)^yaml: (?:line (\d+): )?(.*)$`)

// syntaxError turns an error of yaml.v3 into one with a place and a hint.
func (r *yamlReader) syntaxError(err error) bool {
	line, message := 1, err.Error()
	if m := yamlMessage.FindStringSubmatch(message); m != nil {
		message = m[2]
		if n, err := strconv.Atoi(m[1]); err == nil {
			line = n
		}
	}
	start := r.rows.offset(r.s, line, 1)
	end := r.lineEnd(start)
	start += len(r.s[start:end]) - len(strings.TrimLeft(r.s[start:end], " "))
	return r.failf(start, end, "", "%s", message)
}
