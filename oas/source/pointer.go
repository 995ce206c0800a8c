package source

import (
	"strconv"
	"strings"
)

// Child is the pointer of the member named key of the object at p.
func (p Pointer) Child(key string) Pointer {
	if strings.ContainsAny(key, "~/") {
		key = strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
	}
	return p + "/" + Pointer(key)
}

// Item is the pointer of the i-th item, from 0, of the array at p.
func (p Pointer) Item(i int) Pointer {
	return p + "/" + Pointer(strconv.Itoa(i))
}

// Parent is the pointer of the object or array that holds the value at p. The root is its own parent.
func (p Pointer) Parent() Pointer {
	return p[:max(0, strings.LastIndexByte(string(p), '/'))]
}

// Tokens is the path from the root to the value, unescaped; nil for the root.
func (p Pointer) Tokens() []string {
	if p == "" {
		return nil
	}
	tokens := strings.Split(strings.TrimPrefix(string(p), "/"), "/")
	for i, t := range tokens {
		tokens[i] = unescapeToken(t)
	}
	return tokens
}

// Last is the last of the tokens, unescaped; "" for the root.
func (p Pointer) Last() string {
	return unescapeToken(string(p[strings.LastIndexByte(string(p), '/')+1:]))
}

// unescapeToken follows the order RFC 6901 §4 asks for: ~1 first, so that ~01 becomes ~1.
func unescapeToken(t string) string {
	if strings.IndexByte(t, '~') < 0 {
		return t
	}
	return strings.ReplaceAll(strings.ReplaceAll(t, "~1", "/"), "~0", "~")
}

// itemIndex reads an array index as RFC 6901 §4 has it: decimal, without a leading zero.
func itemIndex(token string) (int, bool) {
	if token == "" || len(token) > 1 && token[0] == '0' || token[0] < '0' || token[0] > '9' {
		return 0, false
	}
	i, err := strconv.Atoi(token)
	return i, err == nil
}
