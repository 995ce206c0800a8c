package source

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// This file says what is wrong with JSON. Each method leaves a SyntaxError and returns false.

// failf leaves an error about a part of the text.
func (r *jsonReader) failf(start, end int, hint, format string, args ...any) bool {
	r.err = r.f.fail(start, end, hint, format, args...)
	return false
}

// tokenEnd is the end of what a reader would call one thing: a word, a string on one line, or a character.
func (r *jsonReader) tokenEnd(p int) int {
	if end := r.wordEnd(p); end > p {
		return end
	}
	if p < len(r.s) && (r.s[p] == '"' || r.s[p] == '\'') {
		return p + 1 + quotedLength(r.s[p+1:], r.s[p])
	}
	return min(p+1, len(r.s))
}

// quotedLength is how far a quoted text goes, with its closing quote, at most to the end of the line.
func quotedLength(s string, quote byte) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case quote:
			return i + 1
		case '\\':
			i++
		case '\n', '\r':
			return i
		}
	}
	return len(s)
}

// found names the thing at p for a message.
func (r *jsonReader) found(p int) string {
	if p >= len(r.s) {
		return "the end of the file"
	}
	return fmt.Sprintf("%q", shorten(r.s[p:r.tokenEnd(p)]))
}

// shorten keeps messages on one line.
func shorten(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

// unexpected is the general complaint about what the reader stands on; a comment is told apart, as it may be anywhere.
func (r *jsonReader) unexpected(expected, hint string) bool {
	if rest := r.s[r.pos:]; strings.HasPrefix(rest, "//") || strings.HasPrefix(rest, "/*") || strings.HasPrefix(rest, "#") {
		return r.comment(expected)
	}
	return r.failf(r.pos, r.tokenEnd(r.pos), hint, "found %s, expected %s", r.found(r.pos), expected)
}

// comment complains about a comment, over its whole length.
func (r *jsonReader) comment(expected string) bool {
	rest := r.s[r.pos:]
	end := strings.IndexAny(rest, "\r\n")
	if strings.HasPrefix(rest, "/*") {
		if end = strings.Index(rest, "*/"); end >= 0 {
			end += 2
		}
	}
	if end < 0 {
		end = len(rest)
	}
	return r.failf(r.pos, r.pos+end, "JSON has no comments: remove it, or write the document in YAML",
		"found a comment, expected %s", expected)
}

// unclosed complains about the end of the file within an object or array.
func (r *jsonReader) unclosed(open int) bool {
	closing := map[byte]string{'{': "}", '[': "]"}[r.s[open]]
	return r.failf(r.pos, r.pos, fmt.Sprintf("%q on line %d is never closed", r.s[open:open+1], r.f.Span(open, open).Start.Line),
		"found the end of the file, expected %q", closing)
}

// badKey complains about what stands where a key should be.
func (r *jsonReader) badKey(open int) bool {
	word := r.s[r.pos:r.wordEnd(r.pos)]
	switch c := r.peek(); {
	case c == 0:
		return r.unclosed(open)
	case c == '\'':
		return r.singleQuotes("a key")
	case strings.HasPrefix(word, "“") || strings.HasPrefix(word, "”"):
		return r.unexpected("a key", `use straight double quotes: "`)
	case word != "":
		return r.unexpected("a key", fmt.Sprintf("write it in double quotes: \"%s\"", shorten(word)))
	case c == ',':
		return r.unexpected("a key", "remove the comma")
	}
	return r.unexpected("a key or \"}\"", "")
}

// singleQuotes complains about 'text'.
func (r *jsonReader) singleQuotes(expected string) bool {
	return r.unexpected(expected, `JSON strings are written in double quotes: "`)
}

// badColon complains about what follows a key.
func (r *jsonReader) badColon(keyStart, keyEnd int) bool {
	hint := "write a colon between the key and its value"
	if c := r.peek(); c == ',' || c == '}' {
		hint = "the key has no value"
	} else if c == '=' {
		hint = "write a colon instead"
	}
	return r.unexpected(fmt.Sprintf("\":\" after the key %s", shorten(r.s[keyStart:keyEnd])), hint)
}

// badSeparator complains about what follows a member or an item.
func (r *jsonReader) badSeparator(open int, closing byte) bool {
	expected := fmt.Sprintf("\",\" or %q", string(closing))
	switch c := r.peek(); {
	case c == 0:
		return r.unclosed(open)
	case c == '}' || c == ']':
		return r.unexpected(expected, fmt.Sprintf("%q on line %d is not closed yet", r.s[open:open+1], r.f.Span(open, open).Start.Line))
	case c == ':' && closing == ']':
		return r.unexpected(expected, "an array has no keys: use { and } for an object")
	case c == '"' || c == '{' || c == '[' || c == '\'' || isWord(c):
		last := len(strings.TrimRight(r.s[:r.pos], " \t\r\n"))
		return r.unexpected(expected, fmt.Sprintf("a comma is missing after the value that ends on line %d", r.f.Span(last, last).Start.Line))
	}
	return r.unexpected(expected, "")
}

// badValue complains about what stands where a value should be.
func (r *jsonReader) badValue() bool {
	const expected = "a value"
	word := r.s[r.pos:r.wordEnd(r.pos)]
	switch c := r.peek(); {
	case c == '\'':
		return r.singleQuotes(expected)
	case c == '`':
		return r.unexpected(expected, `JSON strings are written in double quotes: "`)
	case c == ',' || c == '}' || c == ']':
		return r.unexpected(expected, "a value is missing before it")
	case word == "":
		return r.unexpected(expected, "")
	case strings.HasPrefix(word, "“") || strings.HasPrefix(word, "”"):
		return r.unexpected(expected, `use straight double quotes: "`)
	case c == '+' || c == '.':
		return r.badNumber()
	}
	return r.unexpected(expected, wordHint(word))
}

// wordHint advises on a bare word in the place of a value.
func wordHint(word string) string {
	switch strings.ToLower(word) {
	case "true", "false", "null":
		return "write " + strings.ToLower(word)
	case "none", "nil", "undefined":
		return "write null"
	case "nan", "infinity", "inf":
		return "JSON has no such number: write null or a string"
	}
	return fmt.Sprintf("write text in double quotes: \"%s\"", shorten(word))
}

// badNumber complains about a number that JSON does not have; the reader stands on its start.
func (r *jsonReader) badNumber() bool {
	word := r.s[r.pos:r.wordEnd(r.pos)]
	hint := "write it in decimal digits, or as text in double quotes"
	unsigned := strings.TrimLeft(word, "+-")
	switch lower := strings.ToLower(unsigned); {
	case strings.HasPrefix(lower, "inf") || lower == "nan":
		hint = wordHint(unsigned)
	case strings.HasPrefix(lower, "0x"):
		hint = "JSON has no hexadecimal numbers"
	case len(lower) > 1 && lower[0] == '0' && lower[1] >= '0' && lower[1] <= '9':
		hint = "a number has no leading zeros; if they matter, write it as text in double quotes"
	case strings.HasPrefix(word, "+"):
		hint = "a number has no plus sign"
	case strings.HasPrefix(lower, ".") || strings.HasSuffix(lower, "."):
		hint = "a decimal point needs a digit on both sides"
	}
	return r.unexpected("a number", hint)
}

// notJSON complains about a file that is called JSON but begins otherwise.
func (r *jsonReader) notJSON() *SyntaxError {
	r.unexpected(`"{"`, "a .json file must hold JSON; if it is YAML, name it .yaml")
	return r.err
}

// unterminated complains about a string that is still open where its line or the file ends.
func (r *jsonReader) unterminated(end int) bool {
	return r.failf(r.pos, end, `close it with a double quote; a line break within a string is written \n`,
		"found the end of the line in a string, expected a closing double quote")
}

// badEscape complains about a backslash.
func (r *jsonReader) badEscape(p int) bool {
	end := p + 1
	if end < len(r.s) && r.s[end] != '\n' && r.s[end] != '\r' {
		_, w := utf8.DecodeRuneInString(r.s[end:])
		end += w
	}
	if r.s[p:end] == `\u` {
		for end < min(p+6, len(r.s)) && isWord(r.s[end]) && r.s[end] < 0x80 {
			end++
		}
		return r.failf(p, end, `write four hexadecimal digits: \u00e9`, "found %q in a string, expected four hexadecimal digits after \\u", r.s[p:end])
	}
	return r.failf(p, end, `a backslash itself is written \\`, "found the unknown escape %q in a string", r.s[p:end])
}
