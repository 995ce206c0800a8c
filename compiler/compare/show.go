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
	v := n.Value()
	m.value(v, keys)
	if v.Kind == source.String {
		return shortened(v.Text), m.hides
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

func (m *masking) value(v *source.Value, keys []string) {
	plugin := slices.Contains(keys, "pluginConfig") && slices.Contains(keys, "data") || slices.Contains(keys, "metaData")
	switch v.Kind {
	case source.Object:
		m.pair(v)
		for _, member := range v.Members {
			m.value(member.Value, append(slices.Clip(keys), member.Key))
		}
	case source.Array:
		for _, item := range v.Items {
			m.value(item, keys)
		}
	case source.String, source.Number:
		key := ""
		if len(keys) > 0 {
			key = keys[len(keys)-1]
		}
		switch {
		case plugin || v.Kind == source.String && secretKey.MatchString(key) && !fineKey.MatchString(key):
			m.hide(v)
		case key == "body" || key == "bodyTemplate" || key == "code" && v.Kind == source.String:
			v.Text, m.hides = fmt.Sprintf("(%d bytes)", len(v.Text)), true
		default:
			m.text(v)
		}
	case source.Absent, source.Null, source.Bool:
	}
}

// pair hides the value of a header or a parameter whose name says that it is a secret.
func (m *masking) pair(v *source.Value) {
	name, value := v.Get("name"), v.Get("value")
	if name != nil && value != nil && value.Kind == source.String && secretKey.MatchString(name.Text) {
		m.hide(value)
	}
}

func (m *masking) hide(v *source.Value) {
	if v.Text != "" {
		v.Kind, v.Text, m.hides = source.String, hidden, true
	}
}

// text hides the credentials within a text.
func (m *masking) text(v *source.Value) {
	masked := userInfo.ReplaceAllString(v.Text, "${1}"+hidden+"@")
	if strings.ContainsAny(masked, "?&") {
		masked = secretQuery.ReplaceAllString(masked, "${1}"+hidden)
	}
	masked = credential.ReplaceAllString(masked, "${1} "+hidden)
	if masked != v.Text {
		v.Text, m.hides = masked, true
	}
}
