package lower

import (
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// scopesOf returns what the security requirements of an operation, or of a document, ask of the scopes of an access token: alternatives, each
// a list that the token must have all of; nothing when any token will do. A requirement counts for the scopes that it has for the scheme in
// force. Whether a token is needed at all is not its matter: that the extension says, as in Tyk.
func scopesOf(requirements openapi3.SecurityRequirements, scheme string) []string {
	var alternatives []string
	for _, r := range requirements {
		scopes, ok := r[scheme]
		if len(r) == 0 || ok && len(scopes) == 0 {
			return nil
		}
		if ok {
			all := slices.Clone(scopes)
			slices.Sort(all)
			alternatives = append(alternatives, strings.Join(slices.Compact(all), " "))
		}
	}
	slices.Sort(alternatives)
	return slices.Compact(alternatives)
}
