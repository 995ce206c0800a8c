package tykconf

import (
	"slices"
	"strings"

	"github.com/tykctl/tykctl/oas/typo"
)

// Kind says what becomes of a key.
type Kind uint8

// The kinds of key.
const (
	Honoured Kind = iota + 1 // it sets something
	Harmless                 // nothing would change if it were honoured
	Ignored                  // something is otherwise than it says; a warning names it
)

// String is the word for a kind.
func (k Kind) String() string {
	return [...]string{"unknown", "honoured", "harmless", "ignored"}[k]
}

// Key is a key of Tyk's configuration file.
type Key struct {
	Name string // names joined by dots
	Kind Kind
	Note string // honoured: what it sets; harmless: why nothing changes; ignored: what happens instead

	hint    string // ignored: what to do for the same effect, where there is something
	usual   string // JSON values, separated by blanks, that say nothing, besides the zero value of each type
	when    string // of a section: the member that must be true or filled for it to say anything
	members string // of a section: its members' names, separated by blanks; "*": any
}

// Keys returns every key that Tyk Gateway has or had, in the order of its documentation.
func Keys() []Key { return slices.Clone(keys) }

// section reports whether the key's value is an object that is dealt with as a whole.
func (k *Key) section() bool { return k.members != "" }

// find returns the key of a name, as Tyk reads names: without regard to case.
func find(name string) *Key {
	for i := range keys {
		if strings.EqualFold(keys[i].Name, name) {
			return &keys[i]
		}
	}
	return nil
}

// below returns the names of the members that an object of this name may have; "" is the file itself. There are none if no key lies below it.
func below(object string) []string {
	if k := find(object); k != nil && k.section() {
		return strings.Fields(k.members)
	}
	var names []string
	for i := range keys {
		rest := keys[i].Name
		if object != "" {
			var inside bool
			if rest, inside = strings.CutPrefix(rest, strings.ToLower(object)+"."); !inside {
				continue
			}
		}
		first, _, _ := strings.Cut(rest, ".")
		if !slices.Contains(names, first) {
			names = append(names, first)
		}
	}
	return names
}

// meant is the hint for an unknown member of an object: the object that it belongs to, or the name it resembles.
func meant(object, name string) string {
	for i := range keys {
		at, last := split(keys[i].Name)
		if at != object && strings.EqualFold(last, name) {
			if at == "" {
				return "it belongs to the top of the file"
			}
			return `it belongs into "` + at + `"`
		}
	}
	if m := typo.Meant(name, below(object)); m != "" {
		return `did you mean "` + m + `"?`
	}
	return "remove it; Tyk Gateway does not know it either"
}

// split parts a name into the object's and the member's.
func split(name string) (object, member string) {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return "", name
	}
	return name[:i], name[i+1:]
}

// variable is the environment variable that Tyk Gateway reads for a key.
func (k *Key) variable() string {
	if v, special := variables[k.Name]; special {
		return prefix + v
	}
	return prefix + strings.ToUpper(strings.ReplaceAll(strings.ReplaceAll(k.Name, "_", ""), ".", "_"))
}

// prefix begins the environment variables of Tyk Gateway.
const prefix = "TYK_GW_"

// variables are those that are not named after their keys.
var variables = map[string]string{
	"oauth_refresh_token_expire": "OAUTHREFRESHEXPIRE",
	"ports_whitelist":            "PORTWHITELIST",
	"disable_ports_whitelist":    "DISABLEPORTWHITELIST",
	"enable_http_profiler":       "HTTPPROFILE",
	"db_app_conf_options":        "DBAPPCONFOPTIONS",
	"tracing":                    "TRACER",
	"oas_config":                 "OAS",
}
