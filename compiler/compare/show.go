package compare

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/oas/source"
)

// hidden is shown in place of a secret.
const hidden = "***"

var (
	// secretKey matches the names of what must not be shown. A JWT source may be the secret that signs.
	secretKey = regexp.MustCompile(`(?i)secret|passw|passphrase|credential|api[-_]?key|private|token|bearer|signature|session|^source$|^(x-|proxy-)*authorization$|^x-auth|^cookie$|^set-cookie$`)
	// fineKey matches names of fields that look like those and hold none. Names of headers have hyphens.
	fineKey     = regexp.MustCompile(`^[A-Za-z0-9]*(?:Url|URL|URI|Uri|Regexp?|Name|Header|TTL|Lifetime|Field)$`)
	userInfo    = regexp.MustCompile(`(://)[^/?#@\s"']+@`)
	secretQuery = regexp.MustCompile(`(?i)([?&][^=&]*(?:secret|token|key|passw|sig|auth|code)[^=&]*=)[^&#\s"']+`)
	credential  = regexp.MustCompile(`(?i)\b(bearer|basic|digest)\s+\S+`)
)

// maxShown bounds a value in a report, in code points.
const maxShown = 100

// show is a value as it may be shown, in one line, and whether something in it is hidden.
func show(keys []string, n source.Node) (text string, hides bool) {
	if isZero(n) && n.Kind() != source.Bool && n.Kind() != source.Number {
		return "", false
	}
	m := masking{}
	v := m.value(source.Same(n), keys)
	if v.Kind() == source.String {
		return shortened(v.Text()), m.hides
	}
	return shortened(v.Line()), m.hides
}

func shortened(s string) string {
	runes := []rune(s)
	if len(runes) <= maxShown {
		return s
	}
	return string(runes[:maxShown]) + "…"
}

// masking takes secrets out of a value.
type masking struct{ hides bool }

// value is a value without its secrets.
func (m *masking) value(v source.Draft, keys []string) source.Draft {
	switch v.Kind() {
	case source.Object:
		var members []source.Field
		named := secretKey.MatchString(v.Get("name").Text())
		for key, member := range v.Members() {
			if named && key == "value" && member.Kind() == source.String { // of a header or a parameter
				member = m.hide(member)
			} else {
				member = m.value(member, append(slices.Clip(keys), key))
			}
			members = append(members, source.Field{Key: key, Value: member})
		}
		return source.ObjectDraft(members...)
	case source.Array:
		var items []source.Draft
		for _, item := range v.Items() {
			items = append(items, m.value(item, keys))
		}
		return source.ArrayDraft(items...)
	case source.String, source.Number:
		return m.scalar(v, keys)
	case source.Absent, source.Null, source.Bool:
	}
	return v
}

func (m *masking) scalar(v source.Draft, keys []string) source.Draft {
	key := ""
	if len(keys) > 0 {
		key = keys[len(keys)-1]
	}
	isText := v.Kind() == source.String
	switch {
	case slices.Contains(keys, "pluginConfig") && slices.Contains(keys, "data"), slices.Contains(keys, "metaData"):
		return m.hide(v)
	case isText && secretKey.MatchString(key) && !fineKey.MatchString(key):
		return m.hide(v)
	case isText && (key == "body" || key == "bodyTemplate" || key == "code"):
		m.hides = true
		return source.TextDraft(fmt.Sprintf("(%d bytes)", len(v.Text())))
	case isText:
		return m.text(v)
	}
	return v
}

func (m *masking) hide(v source.Draft) source.Draft {
	if v.Text() == "" {
		return v
	}
	m.hides = true
	return source.TextDraft(hidden)
}

// text hides the credentials within a text.
func (m *masking) text(v source.Draft) source.Draft {
	masked := userInfo.ReplaceAllString(v.Text(), "${1}"+hidden+"@")
	if strings.ContainsAny(masked, "?&") {
		masked = secretQuery.ReplaceAllString(masked, "${1}"+hidden)
	}
	masked = credential.ReplaceAllString(masked, "${1} "+hidden)
	if masked == v.Text() {
		return v
	}
	m.hides = true
	return source.TextDraft(masked)
}
