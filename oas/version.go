package oas

import (
	"regexp"
	"strings"

	"github.com/tykctl/tykctl/oas/source"
)

var supportedVersion = regexp.MustCompile(`^3\.[01]\.[0-9]+(-.+)?$`)

// version reports whether the document is of an OpenAPI version that can be checked, and says so if not.
func (l *loading) version() bool {
	root := l.file.Root()
	n := root.Get("openapi")
	text := n.Text()
	switch {
	case !n.Exists() && root.Get("swagger").Exists():
		swagger := root.Get("swagger")
		l.report(CodeVersion, "/swagger", "this is a Swagger %s document, expected OpenAPI 3.0 or 3.1", swagger.Text()).
			Hint = convertHint
	case !n.Exists():
		l.report(CodeVersion, "", "openapi is missing, expected a version such as %q", "3.0.3").
			Hint = missingVersionHint(root)
	case n.Kind() == source.Number:
		l.report(CodeVersion, "/openapi", "openapi is %s, expected a string such as %q", kindPhrase(n), "3.0.3").
			Hint = "write the whole version in quotes"
	case n.Kind() != source.String:
		l.report(CodeVersion, "/openapi", "openapi is %s, expected a string such as %q", kindPhrase(n), "3.0.3")
	case supportedVersion.MatchString(text):
		return true
	default:
		l.report(CodeVersion, "/openapi", "openapi is %q, expected 3.0.x or 3.1.x", text).Hint = versionHint(text)
	}
	return false
}

const convertHint = "convert the document to OpenAPI 3 first, for example with editor.swagger.io or swagger2openapi"

// versionHint says what to do about a version that is not supported.
func versionHint(version string) string {
	switch {
	case strings.HasPrefix(version, "2"), strings.HasPrefix(version, "1"):
		return convertHint
	case strings.HasPrefix(version, "3.2"):
		return "write 3.1.1 if the document needs nothing of 3.2: itemSchema, additionalOperations, the query method and the " +
			"device authorization flow are not enforced"
	case version == "3" || version == "3.0" || version == "3.1":
		return "write all three numbers, such as 3.0.3 or 3.1.1"
	}
	return "Tyk Gateway 5.8 reads 3.0.x, 5.12 and later 3.1.x as well"
}

// missingVersionHint tells documents that merely lack the version from files that are something else.
func missingVersionHint(root source.Node) string {
	switch {
	case root.Get("listen_path").Exists(), root.Get("proxy").Exists() && root.Get("api_id").Exists():
		return "this looks like a Tyk Classic definition, which is another format"
	case root.Get("paths").Exists():
		return `add openapi: "3.0.3" if the document follows OpenAPI 3.0`
	}
	return "is this an OpenAPI document?"
}
