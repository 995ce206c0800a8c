package schemas

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// decode reads JSON as the callers of this package do.
func decode(t testing.TB, data []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func fixture(t testing.TB, name string) map[string]any {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := decode(t, data).(map[string]any)
	return m
}

func TestSchemaCompiles(t *testing.T) {
	if _, err := load(); err != nil {
		t.Fatal(err)
	}
	if !json.Valid(ExtensionJSON()) {
		t.Error("schema is not JSON")
	}
}

// written is a finding on one line, as the table below writes it.
func written(f Finding) string {
	return strings.Join(f.Path, "/") + ": " + f.Message + " | " + f.Hint
}

func server(member string) string {
	return `{"info":{"name":"x","state":{"active":true}},"upstream":{"url":""},"server":{"listenPath":{"value":"/"},` + member + `}}`
}

func upstream(members string) string {
	return `{"info":{"name":"x","state":{"active":true}},"server":{"listenPath":{"value":"/"}},"upstream":{` + members + `}}`
}

func operation(members string) string {
	return `{"info":{"name":"x","state":{"active":true}},"server":{"listenPath":{"value":"/"}},"upstream":{"url":""},
		"middleware":{"operations":{"a/b~c%get":{` + members + `}}}}`
}

func TestExtension(t *testing.T) {
	const op = "middleware/operations/a/b~c%get/"
	for _, tc := range []struct {
		name, in string
		want     []string
	}{
		{"null", `null`, []string{`: must be an object, found null | leave the field out, or give it a value`}},
		{"text", `"x"`, []string{`: must be an object, found a string | `}},
		{"list", `[]`, []string{`: must be an object, found a list | `}},
		{"empty", `{}`, []string{
			`: field "info" is required | add info: {name: …, state: {active: true or false}}`, `: field "server" is required | add server: {listenPath: {value: …}}`,
			`: field "upstream" is required | add upstream: {…}`,
		}},
		{"boolean in quotes", server(`"batchProcessing":{"enabled":"True"}`), []string{
			`server/batchProcessing/enabled: must be a boolean, found a string | write true without quotes`,
		}},
		{"boolean for object", server(`"batchProcessing":true`), []string{
			`server/batchProcessing: must be an object, found a boolean | write {"enabled": true}`,
		}},
		{"number in quotes", server(`"port":"8080"`), []string{`server/port: must be an integer, found a string | write 8080 without quotes`}},
		{"fraction", server(`"port":80.5`), []string{`server/port: must be an integer, found 80.5 | `}},
		{"integer with an exponent", server(`"port":8e3`), []string{`server/port: must be an integer, found 8e3 | `}},
		{"port too large", server(`"port":65536`), []string{`server/port: must be at most 65535, found 65536 | `}},
		{"port too small", server(`"port":0`), []string{`server/port: must be at least 1, found 0 | `}},
		{"hostile exponent", server(`"port":1e999999999`), []string{`server/port: must be an integer, found 1e999999999 | `}},
		{"hostile integer", server(`"port":99999999999999999999`), []string{`server/port: must fit into 64 bits, found 99999999999999999999 | `}},
		{"hostile number", operation(`"circuitBreaker":{"enabled":true,"threshold":1e999,"sampleSize":1,"coolDownPeriod":1,"halfOpenStateEnabled":true}`), []string{
			op + `circuitBreaker/threshold: must fit into 64 bits, found 1e999 | `,
		}},
		{"enumeration", server(`"protocol":"HTTPS"`), []string{`server/protocol: "HTTPS" is not one of "http", "https", "h2c" | did you mean "https"?`}},
		{"long enumeration", server(`"eventHandlers":[{"enabled":true,"type":"webhook","trigger":"HostDwon","id":"x","cooldownPeriod":"1s"}]`), []string{
			`server/eventHandlers/0/trigger: "HostDwon" is not one of the 21 values allowed | did you mean "HostDown"?`,
		}},
		{"listed twice", server(`"gatewayTags":{"enabled":true,"tags":["a","b","a"]}`), []string{`server/gatewayTags/tags/2: "a" is listed twice | remove one of them`}},
		{"list from text", server(`"ipAccessControl":{"allow":"10.0.0.1"}`), []string{`server/ipAccessControl/allow: must be a list, found a string | write a list: ["10.0.0.1"]`}},
		{"blank", `{"info":{"name":" ","state":{"active":true}},"upstream":{"url":""},"server":{"listenPath":{"value":"/"}}}`, []string{
			`info/name: must not be blank | `,
		}},
		{"misspelt and snake case", server(`"gateway_tags":{},"listenPaths":{}`), []string{
			`server/gateway_tags: unknown field "gateway_tags" | did you mean "gatewayTags"?`,
			`server/listenPaths: unknown field "listenPaths" | did you mean "listenPath"?`,
		}},
		{"misplaced", server(`"cors":{"enabled":true}`), []string{`server/cors: unknown field "cors" | "cors" belongs at middleware.global.cors`}},
		{"unheard of", server(`"xyzzy":1`), []string{`server/xyzzy: unknown field "xyzzy" | `}},
		{"webhook of nothing", server(`"eventHandlers":[{"enabled":true,"type":"webhook","trigger":"HostUp","cooldownPeriod":"1s"}]`), []string{
			`server/eventHandlers/0: field "id" is required | a webhook needs the id of a stored one, or url, method and bodyTemplate`,
		}},
		{"webhook without a template", server(`"eventHandlers":[{"enabled":true,"type":"webhook","trigger":"HostUp","cooldownPeriod":"1s","url":"http://x","method":"PUT"}]`), []string{
			`server/eventHandlers/0: field "bodyTemplate" is required | a webhook needs url, method and bodyTemplate, or the id of a stored one`,
		}},
		{"log handler", server(`"eventHandlers":[{"enabled":true,"type":"log","trigger":"HostUp","name":"x"}]`), []string{`server/eventHandlers/0: field "logPrefix" is required | `}},
		{"second item", operation(`"transformRequestHeaders":{"enabled":true,"add":[{"name":"a","value":"b"},{"name":"c"}]}`), []string{
			op + `transformRequestHeaders/add/1: field "value" is required | add value: …`,
		}},
		{"items in order", operation(`"cache":{"enabled":true,"cacheResponseCodes":[0,"1","2",3,4,5,6,7,8,9,"10"]}`), []string{
			op + `cache/cacheResponseCodes/1: must be an integer, found a string | write 1 without quotes`,
			op + `cache/cacheResponseCodes/2: must be an integer, found a string | write 2 without quotes`,
			op + `cache/cacheResponseCodes/10: must be an integer, found a string | write 10 without quotes`,
		}},
		{"rule without a name", operation(`"urlRewrite":{"enabled":true,"pattern":".","rewriteTo":"/","triggers":[{"condition":"any","rewriteTo":"/","rules":[{"in":"requestBody","pattern":"x"},{"in":"header","pattern":"x"}]}]}`), []string{
			op + `urlRewrite/triggers/0/rules/1: field "name" is required | only a rule for requestBody goes without a name`,
		}},
		{"timeout without a time", operation(`"enforceTimeout":{"enabled":true}`), []string{op + `enforceTimeout: field "value" is required | give the time in seconds`}},
		{"timeout by duration", operation(`"enforceTimeout":{"enabled":true,"duration":"1.5s"}`), nil},
		{"threshold", operation(`"circuitBreaker":{"enabled":true,"threshold":50,"sampleSize":1,"coolDownPeriod":1,"halfOpenStateEnabled":true}`), []string{
			op + `circuitBreaker/threshold: must be at most 1, found 50 | `,
		}},
		{"duration as a number", upstream(`"url":"","rateLimit":{"enabled":true,"rate":1,"per":60}`), []string{
			`upstream/rateLimit/per: must be a string, found a number | write it with a unit and in quotes, such as "60s"`,
		}},
		{"duration with words", upstream(`"url":"","rateLimit":{"enabled":true,"rate":1,"per":"1 minute"}`), []string{
			`upstream/rateLimit/per: "1 minute" is not a duration | write hours, minutes and seconds in this order, such as "1h30m15s"`,
		}},
		{"no upstream", upstream(``), []string{`upstream: field "url" is required | name the upstream, or give loadBalancing`}},
		{"balanced upstream", upstream(`"loadBalancing":{"enabled":true,"targets":[{"url":"http://a","weight":1}]}`), nil},
		{"nothing to balance", upstream(`"loadBalancing":{"enabled":true}`), []string{`upstream/loadBalancing: field "targets" is required | load balancing needs at least one target`}},
		{"no targets", upstream(`"loadBalancing":{"enabled":true,"targets":[]}`), []string{`upstream/loadBalancing/targets: must hold at least 1 item, found none | `}},
		{"balancing off", upstream(`"loadBalancing":{"enabled":false}`), nil},
		{"bad URL", upstream(`"url":"http://[::1"`), []string{`upstream/url: "http://[::1" is not a URL | `}},
		{"domain", upstream(`"url":"","mutualTLS":{"enabled":true,"domainToCertificateMapping":[{"domain":"https://x/","certificate":"c"}]}`), []string{
			`upstream/mutualTLS/domainToCertificateMapping/0/domain: "https://x/" is not a host name | ` +
				`write the host only, with * as a wildcard and an optional port, such as "*.example.com:443"`,
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			for _, f := range Extension(decode(t, []byte(tc.in))) {
				got = append(got, written(f))
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(tc.want, "\n  "))
			}
		})
	}
}

// TestReferences holds that a key-value reference is accepted wherever a text is, whatever the text must look like.
func TestReferences(t *testing.T) {
	s := mustLoad(t)
	for _, ref := range []string{"env://X", "secrets://X", "consul://a/b", "vault://a.b", "kv://x", "$secret_env.X", "http://$secret_vault.a.b/c", "a $kv{x y}"} {
		for _, sub := range subjects(t) {
			walk(s, s.def(sub.def), sub.value, place{}, func(_ node, at place, v any) {
				if old, ok := v.(string); !ok || old == "webhook" || old == "custom" || old == "log" {
					return // the type of an event handler decides what else it must have
				}
				for _, f := range s.explain(sub.def, with(sub.value, at.path, func(any) any { return ref })) {
					if f.Kind != BadValue || !strings.Contains(f.Message, "twice") {
						t.Errorf("%s at %v: %+v", ref, at.path, f)
					}
				}
			})
		}
	}
}

func TestSecurityScheme(t *testing.T) {
	for _, tc := range []struct{ name, kind, in, want string }{
		{"not an object", "oauth", `true`, `: must be an object, found a boolean | write {"enabled": true}`},
		{"authorize type", "oauth", `{"enabled":true,"allowedAuthorizeTypes":["code","codes"]}`, `allowedAuthorizeTypes/1: "codes" is not one of "code", "token" | did you mean "code"?`},
		{"text for a list", "oauth", `{"enabled":true,"allowedAuthorizeTypes":"code"}`, `allowedAuthorizeTypes: must be a list, found a string | write a list: ["code"]`},
		{"field of another kind", "oauth", `{"enabled":true,"signingMethod":"rsa"}`, `signingMethod: unknown field "signingMethod" | "signingMethod" belongs to an http bearer scheme with bearerFormat JWT`},
		{"empty provider list", "externalOAuth", `{"enabled":true,"providers":[]}`, `providers: must hold at least 1 item, found none | `},
		{"unknown kind", "openIdConnect", `{"anything":1}`, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			for _, f := range SecurityScheme(tc.kind, decode(t, []byte(tc.in))) {
				got = append(got, written(f))
			}
			if all := strings.Join(got, "\n"); all != tc.want {
				t.Errorf("got %s\nwant %s", all, tc.want)
			}
		})
	}
}

func TestConcurrentUse(t *testing.T) {
	v := decode(t, []byte(server(`"port":"x","protocols":1`)))
	want := Extension(v)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if got := Extension(v); len(got) != len(want) || written(got[0]) != written(want[0]) {
					t.Errorf("got %v, want %v", got, want)
					return
				}
			}
		})
	}
	wg.Wait()
}

func FuzzExtension(f *testing.F) {
	f.Add([]byte(server(`"port":1e9999`)))
	f.Add([]byte(operation(`"allow":{"enabled":null}`)))
	f.Add([]byte(`[[{"a~1/%41":{"":0}}]]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		var v any
		if d.Decode(&v) != nil {
			return
		}
		for _, finding := range append(Extension(v), SecurityScheme("jwt", v)...) {
			if finding.Message == "" || !leads(v, finding.Path) {
				t.Errorf("%+v leads nowhere", finding)
			}
		}
	})
}

// leads reports whether there is a value at path.
func leads(v any, path []string) bool {
	for _, token := range path {
		switch container := v.(type) {
		case map[string]any:
			member, ok := container[token]
			if !ok {
				return false
			}
			v = member
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i >= len(container) {
				return false
			}
			v = container[i]
		default:
			return false
		}
	}
	return true
}

func BenchmarkExtension(b *testing.B) {
	v := any(fixture(b, "testdata/typical.json"))
	b.ReportAllocs()
	for b.Loop() {
		if len(Extension(v)) != 0 {
			b.Fatal("the example has findings")
		}
	}
}
