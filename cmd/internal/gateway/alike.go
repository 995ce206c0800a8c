package gateway

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"reflect"
	"regexp"
	"strings"
)

const extensionKey = "x-tyk-api-gateway"

// parse reads JSON; numbers stay as they are written.
func parse(text []byte) (any, error) {
	var v any
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	err := dec.Decode(&v)
	return v, err
}

func equal(a, b any) bool { return reflect.DeepEqual(a, b) }

// alike takes out of two definitions what is different without meaning anything: of any gateway nothing, of a Tyk Gateway the URL that it puts in front of
// the servers, what it adds to info, and what it leaves out because it is the zero value. The arguments stay as they are.
func alike(have, want any, tyk bool) (any, any) {
	if !tyk {
		return have, want
	}
	have, want = withoutZeros(have, false), withoutZeros(want, false)
	withoutOwnServers(have, want)
	for _, doc := range []any{have, want} {
		if info := infoOf(doc); info != nil {
			delete(info, "dbId")
			if orgOf(want) == "" {
				delete(info, "orgId")
			}
		}
	}
	return have, want
}

// keepOwn is a definition with what the gateway has noted in that which it replaces: the id of its database, and the organisation where it names none.
func keepOwn(have any, text []byte) ([]byte, error) {
	doc, err := parse(text)
	own, info := infoOf(have), infoOf(doc)
	if err != nil || own == nil || info == nil {
		return text, err
	}
	changed := false
	for _, name := range []string{"dbId", "orgId"} {
		if v, ok := own[name]; ok && v != "" && info[name] == nil {
			info[name], changed = v, true
		}
	}
	if !changed {
		return text, nil
	}
	return json.Marshal(doc)
}

func infoOf(doc any) map[string]any {
	root, _ := doc.(map[string]any)
	extension, _ := root[extensionKey].(map[string]any)
	info, _ := extension["info"].(map[string]any)
	return info
}

func orgOf(doc any) string {
	org, _ := infoOf(doc)["orgId"].(string)
	return org
}

// withoutOwnServers takes out the first server where a gateway has put it there: with the path that is the listen path. What was exported from another
// gateway has one of that.
func withoutOwnServers(have, want any) {
	a, b := serversOf(have), serversOf(want)
	switch {
	case !ownFirst(have, a) || equal(a, b):
	case len(a) == 1 && len(b) == 0, equal(a[1:], b):
		setServers(have, a[1:])
	case ownFirst(want, b):
		setServers(have, a[1:])
		setServers(want, b[1:])
	}
}

func serversOf(doc any) []any {
	root, _ := doc.(map[string]any)
	servers, _ := root["servers"].([]any)
	return servers
}

func setServers(doc any, servers []any) {
	root, _ := doc.(map[string]any)
	if root["servers"] = servers; len(servers) == 0 {
		delete(root, "servers")
	}
}

// ownFirst reports whether the first server may be a gateway's.
func ownFirst(doc any, servers []any) bool {
	if len(servers) == 0 {
		return false
	}
	root, _ := doc.(map[string]any)
	extension, _ := root[extensionKey].(map[string]any)
	server, _ := extension["server"].(map[string]any)
	listen, _ := server["listenPath"].(map[string]any)
	path, known := listen["value"].(string)
	first, _ := servers[0].(map[string]any)
	address, _ := first["url"].(string)
	u, err := url.Parse(address)
	return known && err == nil && u.Host != "" && strings.Trim(u.Path, "/") == strings.Trim(path, "/")
}

// meant are members whose zero values say something: an empty list of requirements lifts protection, the others hold what an API sends.
var meant = map[string]bool{"security": true, "default": true, "example": true, "examples": true, "enum": true}

// withoutZeros is a copy without members that are false, 0, "", null or empty. A value that is meant as it is stays.
func withoutZeros(v any, asIs bool) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, member := range v {
			kept := withoutZeros(member, asIs || meant[name])
			if asIs || meant[name] || !isZero(kept) {
				out[name] = kept
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = withoutZeros(item, asIs)
		}
		return out
	}
	return v
}

func isZero(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case string:
		return v == ""
	case json.Number:
		return v == "0"
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return false
}

// secretName is how members are named that nobody should read.
var secretName = regexp.MustCompile(`(?i)(secret|password|private_?key|api_?key)$`)

// shown is two definitions for people: members in order, secrets told apart and not shown. Nothing where there is no definition.
func shown(have, want any) ([]byte, []byte) {
	masked := [2]any{masked(have, want, "on the gateway"), masked(want, have, "new")}
	var text [2][]byte
	for i, v := range masked {
		if v == nil {
			continue
		}
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		_ = enc.Encode(v) // it has been read from JSON
		text[i] = b.Bytes()
	}
	return text[0], text[1]
}

// masked is a copy of a value without secrets. Those that another value has otherwise are given a word.
func masked(v, other any, word string) any {
	switch v := v.(type) {
	case map[string]any:
		others, _ := other.(map[string]any)
		out := maps.Clone(v)
		for name, member := range v {
			text, isText := member.(string)
			switch {
			case !isText || !secretName.MatchString(name) || text == "":
				out[name] = masked(member, others[name], word)
			case others[name] == member || others[name] == nil:
				out[name] = "***"
			default:
				out[name] = "*** (" + word + ")"
			}
		}
		return out
	case []any:
		others, _ := other.([]any)
		out := make([]any, len(v))
		for i, item := range v {
			var beside any
			if i < len(others) {
				beside = others[i]
			}
			out[i] = masked(item, beside, word)
		}
		return out
	}
	return v
}
