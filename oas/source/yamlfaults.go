package source

import "strings"

// indentation is the number of spaces a line begins with.
func indentation(line string) int {
	return len(line) - len(strings.TrimLeft(line, " "))
}

// yamlFault is a mistake that people make, and the error it gives in yaml.v3. Of several with the same error the first that finds itself
// in the line is meant.
type yamlFault struct {
	yaml          string // how the message of yaml.v3 begins
	find          func(line string) (start, end int)
	message, hint string // FOUND in a message stands for the text that was found
}

const (
	quoteIt = "put the value in quotes"
	alignIt = "indent the line like the others of the same object or array"
)

var yamlFaults = []yamlFault{
	{"found character that cannot start", startsWith("@`%"), "found FOUND at the start of a value, expected text", quoteIt},
	{"mapping values are not allowed", secondColon, `found ": " within a value, expected the end of the line`, quoteIt},
	{"mapping values are not allowed", wholeLine, "found a key, expected the end of the value before it", alignIt},
	{"could not find expected ':'", noColon, `found a line without ": ", expected a key and a value`, `write "key: value"; to continue the text above, indent the line further`},
	{"did not find expected key", afterValue, "found FOUND after a value that has ended, expected the end of the line", "put the whole value in quotes; within single quotes, write ' twice"},
	{"did not find expected key", listItem, `found "- ", expected a key`, alignIt},
	{"did not find expected key", startsWith("]}"), "found FOUND, expected a key", "remove it, or open it"},
	{"did not find expected key", wholeLine, "found a line with another indentation, expected a key", alignIt},
	{"did not find expected '-' indicator", wholeLine, `found a line without "- ", expected an item of the array above it`, alignIt},
	{"did not find expected node content", startsWith(",]}"), "found FOUND at the start of a value, expected text", quoteIt},
	{"did not find expected <document start>", wholeLine, "found more text, expected the end of the document", alignIt},
	{"block sequence entries are not allowed", nestedDash, `found "- " on the line of its key, expected a value`, "begin the array on the next line, or put the value in quotes"},
	{"found unexpected end of stream", openQuote, "found the end of the file in a quoted text, expected a closing quote", "close the quote that begins here"},
	{"found unknown escape character", badBackslash, "found the unknown escape FOUND in double quotes", `a backslash itself is written \\; in single quotes it needs no escape`},
	{"did not find expected alphabetic or numeric", startsWith("*&"), "found FOUND at the start of a value, expected text", quoteIt},
	{"found undefined tag handle", startsWith("!"), `found an unknown tag, expected a value`, "if ! is meant as text, put the value in quotes"},
	{"did not find expected tag URI", startsWith("!"), "found ! at the start of a value, expected text", quoteIt},
	{"exceeded max depth", wholeLine, "objects and arrays are nested more than 10000 deep", ""},
	{"found incompatible YAML document", wholeLine, "found a YAML version other than 1.1 and 1.2", "remove the line"},
}

// wholeLine finds the text of a line.
func wholeLine(line string) (int, int) {
	text := strings.TrimRight(line, " \t")
	return min(indentation(line), len(text)), len(text)
}

// valueStart is where the value of a line begins, after "- " and "key: "; the end of the line when it has none.
func valueStart(line string) int {
	at := indentation(line)
	for strings.HasPrefix(line[at:], "- ") {
		at += 2 + indentation(line[at+2:])
	}
	if colon := colonFrom(line, at); colon >= 0 {
		at = colon + 1 + indentation(line[colon+1:])
	}
	return at
}

// colonFrom is the next colon that YAML sees as the end of a key; -1 when there is none.
func colonFrom(line string, at int) int {
	if at < len(line) && (line[at] == '"' || line[at] == '\'') {
		at += quotedLength(line[at+1:], line[at]) + 1
	}
	for ; at < len(line); at++ {
		if line[at] == ':' && (at+1 == len(line) || line[at+1] == ' ' || line[at+1] == '\t') {
			return at
		}
	}
	return -1
}

// startsWith finds a value that begins with one of some characters.
func startsWith(chars string) func(string) (int, int) {
	return func(line string) (int, int) {
		at := valueStart(line)
		if at == len(line) || strings.IndexByte(chars, line[at]) < 0 {
			at = indentation(line)
		}
		if at == len(line) || strings.IndexByte(chars, line[at]) < 0 {
			return -1, -1
		}
		return at, at + 1
	}
}

// secondColon finds ": " in a value.
func secondColon(line string) (int, int) {
	at := valueStart(line)
	if at == len(line) || colonFrom(line, indentation(line)) < 0 {
		return -1, -1
	}
	colon := colonFrom(line, at)
	return colon, colon + 1
}

// noColon finds a line that is neither a key nor an item.
func noColon(line string) (int, int) {
	if colonFrom(line, indentation(line)) >= 0 {
		return -1, -1
	}
	return wholeLine(line)
}

// afterValue finds text behind a closing quote or bracket.
func afterValue(line string) (int, int) {
	at := valueStart(line)
	end := at
	switch rest := line[at:]; {
	case rest == "":
		return -1, -1
	case rest[0] == '"' || rest[0] == '\'':
		end = at + 1 + quotedLength(rest[1:], rest[0])
	case rest[0] == '{' || rest[0] == '[':
		end = at + 1 + strings.IndexAny(rest, "}]")
	}
	tail := strings.TrimLeft(line[end:], " \t")
	if end == at || tail == "" || tail[0] == '#' {
		return -1, -1
	}
	return len(line) - len(tail), len(strings.TrimRight(line, " \t"))
}

// listItem finds a line that begins with a dash.
func listItem(line string) (int, int) {
	if at := indentation(line); strings.HasPrefix(line[at:], "- ") {
		return at, at + 1
	}
	return -1, -1
}

// nestedDash finds a dash after a key.
func nestedDash(line string) (int, int) {
	if at := valueStart(line); strings.HasPrefix(line[at:], "-") {
		return at, at + 1
	}
	return -1, -1
}

// openQuote finds a value, or else anything, that begins with a quote.
func openQuote(line string) (int, int) {
	at := valueStart(line)
	if at == len(line) || line[at] != '"' && line[at] != '\'' {
		at = strings.IndexAny(line, `"'`)
	}
	return at, at + 1
}

// badBackslash finds an escape that YAML does not know.
func badBackslash(line string) (int, int) {
	for at := 0; at+1 < len(line); at++ {
		if line[at] != '\\' {
			continue
		}
		if at++; strings.IndexByte("0abt\tnvfre \"'/\\N_LPxuU", line[at]) < 0 {
			return at - 1, at + 1
		}
	}
	return -1, -1
}
