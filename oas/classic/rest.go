package classic

import (
	"strings"

	"github.com/tykctl/tykctl/oas/source"
)

// harmless leaves out what means nothing to an API, or nothing any more: notes of the Dashboard and of the gateway itself.
func harmless(root field) {
	for _, name := range []string{"slug", "_id", "is_oas", "auth_provider", "session_provider", "idp_client_id_mapping_disabled"} {
		root.at(name).skip()
	}
	root.at("definition").idleUnused("the API has no versions", "location", "key", "strip_path")
	for _, name := range []string{"jwt", "oidc"} {
		root.at("scopes", name).idleRest("no method that is used looks at it")
	}
	root.at("jwt_scope_claim_name").idle("no method that is used looks at it")
	root.at("jwt_scope_to_policy_mapping").idle("no method that is used looks at it")
	custom := root.at("custom_middleware")
	custom.at("auth_check").idleRest("custom_plugin_auth_enabled is not set")
	custom.at("id_extractor").idleRest("custom_plugin_auth_enabled is not set")
	for _, v := range root.at("version_data", "versions").members() {
		v.at("name").skip() // the key is the name
	}
	graphQL(root.at("graphql"))
	for p := range root.at("response_processors").items() {
		responseProcessor(p)
	}
}

// idleUnused is idle for the members that have not been read, but for those that every definition has.
func (f field) idleUnused(why string, common ...string) {
	for _, name := range common {
		f.at(name).skip()
	}
	f.idleRest(why)
}

// idleRest is idle for the members that have not been read.
func (f field) idleRest(why string) {
	for _, m := range f.n.Members() {
		if m := (field{f.r, m}); !f.r.touched(m.n) {
			m.idle(why)
		}
	}
}

func graphQL(f field) {
	if !f.at("enabled").flag() {
		f.skip()
		return
	}
	delete(f.r.taken, f.at("enabled").n)
}

// responseProcessor: those that switch on a middleware of endpoints are of no use with Tyk OAS, where the middleware itself is enough.
func responseProcessor(f field) {
	switch name := f.at("name").text(); name {
	case "header_injector", "response_body_transform", "custom_mw_res_hook":
		f.skip()
	case "response_body_transform_jq":
		f.idle("it is for transform_jq_response, of which is said what there is to say")
	default:
		f.lost("look for a middleware that does the same", "a Tyk OAS definition has no response processor %q", name)
	}
}

// reasons says why a field is lost, by the end of its path without indexes.
var reasons = []struct{ end, reason, hint string }{
	{"/graphql", "a Tyk OAS API proxies HTTP and knows nothing of GraphQL", "keep the Classic definition for this API; what is made of it forwards requests as they are"},
	{"/transform_jq", "a Tyk OAS definition has no jq transforms", "write a body transform, a virtual endpoint or a plugin"},
	{"/transform_jq_response", "a Tyk OAS definition has no jq transforms", "write a body transform or a response plugin"},
	{"/persist_graphql", "a Tyk OAS definition has no persisted GraphQL operations", "keep the Classic definition for this API, or use a URL rewrite and a body transform"},
	{"/validate_request", "it is made of a Tyk OAS definition, and of no use without", "import the Tyk OAS definition instead"},
}

// reasonOf is why a value that nothing has read is lost.
func reasonOf(p source.Pointer) (reason, hint string) {
	for _, r := range reasons {
		if strings.HasSuffix(string(p), r.end) {
			return r.reason, r.hint
		}
	}
	return "it is no field of a Tyk Classic definition that is known to have a counterpart", "remove it if it is a slip, or see whether a Tyk OAS definition has something like it"
}
