package check

import (
	"iter"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/source"
)

// jwtSettings yields the objects that say how JSON web tokens are verified: of JWT schemes, and, with true, of the
// providers of external OAuth.
func (p *Pass) jwtSettings() iter.Seq2[source.Node, bool] {
	return func(yield func(n source.Node, external bool) bool) {
		for _, s := range p.enabledSchemes() {
			switch s.Kind {
			case oas.SchemeJWT:
				if !yield(s.settings, false) {
					return
				}
			case oas.SchemeExternalOAuth:
				for _, provider := range s.settings.Get("providers").Items() {
					if jwt := provider.Get("jwt"); jwt.Get("enabled").Bool() && !yield(jwt, true) {
						return
					}
				}
			default: // has no such settings
			}
		}
	}
}
