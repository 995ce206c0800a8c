package classic

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tykctl/tykctl/oas/source"
)

// read reads the endpoint settings of the version.
func (p *paths) read() {
	v := p.a.settings
	extended, legacy := v.at("extended_paths"), v.at("paths")
	used := v.at("use_extended_paths").flag()
	if !used {
		extended.idle("use_extended_paths is not set")
		extended = field{r: v.r}
	} else {
		legacy.idle("use_extended_paths is set")
		legacy = field{r: v.r}
	}
	for _, list := range []struct{ classic, name string }{{"white_list", "allow"}, {"black_list", "block"}, {"ignored", "ignoreAuthentication"}} {
		for entry := range extended.at(list.classic).items() {
			p.allowance(entry, list.name)
		}
		for path := range legacy.at(list.classic).items() {
			p.everyMethod(path, path, list.name, object{always("enabled", true)})
		}
	}
	for _, list := range endpointLists {
		for entry := range extended.at(list.classic).items() {
			if op := p.operation(entry); op != nil {
				list.convert(op, entry)
			}
		}
	}
	p.mocks(extended.at("mock_response"))
	p.cached(extended.at("cache"))
}

// endpointLists are the lists of which each entry names a path and a method.
var endpointLists = []struct {
	classic string
	convert func(op *operation, entry field)
}{
	{"internal", toggle("internal")},
	{"method_transforms", methodTransform},
	{"transform", bodyTransform("transformRequestBody")},
	{"transform_response", bodyTransform("transformResponseBody")},
	{"transform_headers", headerTransform("transformRequestHeaders")},
	{"transform_response_headers", headerTransform("transformResponseHeaders")},
	{"url_rewrites", urlRewrite},
	{"advance_cache_config", endpointCache},
	{"hard_timeouts", hardTimeout},
	{"validate_json", validateJSON},
	{"virtual", virtualEndpoint},
	{"go_plugin", goPlugin},
	{"circuit_breakers", circuitBreaker},
	{"track_endpoints", toggle("trackEndpoint")},
	{"do_not_track_endpoints", toggle("doNotTrackEndpoint")},
	{"size_limits", endpointSize},
	{"rate_limit", endpointRate},
}

// allowance is an entry of the allow, block or ignore list: for the methods of its actions, its own method, or all of them.
func (p *paths) allowance(entry field, name string) {
	value := object{always("enabled", !entry.at("disabled").flag()), some("ignoreCase", entry.at("ignore_case").flag())}.filled()
	actions, method := entry.at("method_actions"), entry.at("method")
	if actions.n.Len() == 0 && method.text() != "" {
		if op := p.operation(entry); op != nil {
			op.allow(name, value)
		}
		return
	}
	if actions.n.Len() == 0 {
		p.everyMethod(entry, entry.at("path"), name, value)
		return
	}
	method.idle("method_actions name the methods")
	item := p.item(entry, entry.at("path"))
	if item == nil {
		return
	}
	for verb, action := range sortedMembers(actions) {
		if !slices.Contains(httpMethods, verb) {
			action.lost("write one of "+strings.Join(httpMethods, ", "), "OpenAPI has no operations for the method %q", verb)
			continue
		}
		op := item.operation(verb)
		op.allow(name, value)
		op.action(action, enabled(value))
	}
}

// everyMethod is an entry that names no method.
func (p *paths) everyMethod(entry, path field, name string, value object) {
	item := p.item(entry, path)
	if item == nil {
		return
	}
	for _, verb := range httpMethods {
		item.operation(verb).allow(name, value)
	}
}

// allow puts an operation on a list; it stays there if any entry says so.
func (op *operation) allow(name string, value object) {
	if old, ok := op.middleware[name].(object); !ok || !enabled(old) {
		op.middleware[name] = value
	}
}

// action is what is to be done about a method of a listed path: nothing more, or a reply.
func (op *operation) action(f field, listed bool) {
	switch verb := f.at("action").text(); verb {
	case "no_action", "":
		f.at("code").skip()
		f.idleAll("its action is not reply")
	case "reply":
		op.mock(f, listed, f.at("code"), f.at("data"), f.at("headers"))
	default:
		f.lost("write a mock response, a URL rewrite or a virtual endpoint", "a Tyk OAS definition has no action %q", verb)
	}
}

// mocks are mock responses as entries of their own.
func (p *paths) mocks(list field) {
	for entry := range list.items() {
		entry.at("ignore_case").skip()
		if op := p.operation(entry); op != nil {
			op.mock(entry, !entry.at("disabled").flag(), entry.at("code"), entry.at("body"), entry.at("headers"))
		}
	}
}

// mock makes the gateway answer itself. In a Classic definition it does so before it asks for a credential.
func (op *operation) mock(entry field, on bool, code, body, head field) {
	n := code.whole()
	if n < 100 || n > 599 {
		n = http.StatusOK
	}
	var list []any
	for name, value := range sortedMembers(head) {
		list = append(list, object{always("name", http.CanonicalHeaderKey(name)), always("value", value.text())})
	}
	op.set(entry, "mockResponse", object{
		always("enabled", on), always("code", n), some("body", body.text()), some("headers", list),
	}.filled())
	op.response = strconv.FormatInt(n, 10)
	if _, ok := op.middleware["ignoreAuthentication"]; !ok && on {
		op.middleware["ignoreAuthentication"] = object{always("enabled", true)}
	}
}

// cached are paths whose answers are kept: for the safe methods, as the API's cache says.
func (p *paths) cached(list field) {
	options := p.a.in.at("cache_options")
	seconds := options.at("cache_timeout").number()
	if seconds == "" {
		seconds = "60"
	}
	for path := range list.items() {
		item := p.item(path, path)
		if item == nil {
			continue
		}
		for _, verb := range []string{http.MethodGet, http.MethodHead, http.MethodOptions} {
			item.operation(verb).set(path, "cache", object{
				always("enabled", options.at("enable_cache").flag()),
				some("cacheResponseCodes", options.at("cache_response_codes").numbers()),
				always("timeout", seconds),
			}.filled())
		}
	}
}

// active is the switch of an entry.
func active(entry field) member { return always("enabled", !entry.at("disabled").flag()) }

func toggle(name string) func(*operation, field) {
	return func(op *operation, entry field) { op.set(entry, name, object{active(entry)}) }
}

func methodTransform(op *operation, entry field) {
	op.set(entry, "transformRequestMethod", object{active(entry), always("toMethod", entry.at("to_method").text())})
}

func bodyTransform(name string) func(*operation, field) {
	return func(op *operation, entry field) {
		data := entry.at("template_data")
		where := "path"
		switch mode := data.at("template_mode"); mode.text() {
		case "blob":
			where = "body"
		case "file", "":
		default:
			mode.lost("write file or blob", "%q is no place of a template; it is taken for a file", mode.n.Text())
		}
		format := data.at("input_type").text()
		if format == "" {
			format = "json"
		}
		if session := data.at("enable_session"); session.flag() {
			session.lost("use context variables, or a plugin, for what the template takes from the session", "a template of a Tyk OAS definition does not see the session")
		}
		op.set(entry, name, object{active(entry), always("format", format), some(where, data.at("template_source").text())}.filled())
	}
}

func headerTransform(name string) func(*operation, field) {
	return func(op *operation, entry field) {
		entry.at("act_on").skip() // the list says which headers are meant
		if value := transformHeaders(entry.at("disabled"), entry.at("delete_headers"), entry.at("add_headers")); value != nil {
			op.set(entry, name, value)
		}
	}
}

func endpointCache(op *operation, entry field) {
	op.set(entry, "cache", object{
		active(entry),
		some("cacheByRegex", entry.at("cache_key_regex").text()),
		some("cacheResponseCodes", entry.at("cache_response_codes").numbers()),
		some("timeout", entry.at("timeout").number()),
	}.filled())
}

// hardTimeout is in seconds, which newer gateways also write as a duration.
func hardTimeout(op *operation, entry field) {
	f := entry.at("timeout")
	if f.n.Kind() == source.String {
		op.set(entry, "enforceTimeout", object{active(entry), always("duration", f.text())})
		return
	}
	op.set(entry, "enforceTimeout", object{active(entry), always("value", f.whole())})
}

// validateJSON moves the schema into the request body.
func validateJSON(op *operation, entry field) {
	schema, encoded := entry.at("schema"), entry.at("schema_b64")
	switch {
	case schema.n.Len() > 0:
		op.body = schema.all()
		encoded.idle("schema is there, too")
	case encoded.says():
		data, err := base64.StdEncoding.DecodeString(encoded.text())
		if err != nil || !json.Valid(data) {
			encoded.lost("write the schema", "it is no schema in base64")
			break
		}
		op.body = json.RawMessage(data)
	}
	op.set(entry, "validateRequest", object{active(entry), some("errorResponseCode", entry.at("error_response_code").number())}.filled())
}

func virtualEndpoint(op *operation, entry field) {
	where := "path"
	switch kind := entry.at("function_source_type"); kind.text() {
	case "blob":
		where = "body"
	case "file", "":
	default:
		kind.lost("write file or blob", "%q is no place of a function; it is taken for a file", kind.n.Text())
	}
	op.set(entry, "virtualEndpoint", object{
		active(entry),
		always("functionName", entry.at("response_function_name").text()),
		some(where, entry.at("function_source_uri").text()),
		some("proxyOnError", entry.at("proxy_on_error").flag()),
		some("requireSession", entry.at("use_session").flag()),
	}.filled())
}

func goPlugin(op *operation, entry field) {
	name := entry.at("func_name").text()
	if name == "" {
		name = entry.at("symbol_name").text()
	}
	plugin := object{active(entry), always("functionName", name), always("path", entry.at("plugin_path").text())}
	list, _ := op.middleware["postPlugins"].([]any)
	op.middleware["postPlugins"] = append(list, plugin)
}

func circuitBreaker(op *operation, entry field) {
	op.set(entry, "circuitBreaker", object{
		active(entry),
		always("threshold", entry.at("threshold_percent").number()),
		always("sampleSize", entry.at("samples").number()),
		always("coolDownPeriod", entry.at("return_to_service_after").number()),
		always("halfOpenStateEnabled", !entry.at("disable_half_open_state").flag()),
	})
}

func endpointSize(op *operation, entry field) {
	op.set(entry, "requestSizeLimit", object{active(entry), always("value", entry.at("size_limit").number())})
}

func endpointRate(op *operation, entry field) {
	if value := rateLimit(entry); value != nil {
		op.set(entry, "rateLimit", value)
	}
}
