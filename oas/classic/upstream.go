package classic

import (
	"strings"
	"time"

	"github.com/tykctl/tykctl/oas/source"
)

// upstream is the part of the extension that says where requests go.
func (a *api) upstream() object {
	in, proxy := a.in, a.in.at("proxy")
	target := proxy.at("target_url").text()
	if t := a.settings.at("override_target").text(); t != "" {
		target = t
	}
	return object{
		always("url", target),
		some("serviceDiscovery", discovery(proxy.at("service_discovery"))),
		some("uptimeTests", uptimeTests(in.at("uptime_tests"))),
		some("mutualTLS", a.mutualTLS()),
		some("certificatePinning", a.pinning()),
		some("rateLimit", a.rateLimit()),
		some("authentication", a.upstreamAuth()),
		some("loadBalancing", loadBalancing(proxy)),
		some("preserveHostHeader", on(proxy.at("preserve_host_header").flag())),
		some("preserveTrailingSlash", on(proxy.at("disable_strip_slash").flag())),
		some("tlsTransport", transport(proxy.at("transport"))),
		some("proxy", forwardProxy(proxy.at("transport", "proxy_url").text())),
	}.filled()
}

func forwardProxy(url string) object {
	if url == "" {
		return nil
	}
	return object{always("enabled", true), always("url", url)}
}

// discovery is nil where no service is asked: the settings have no effect then.
func discovery(f field) object {
	used, endpoint := f.at("use_discovery_service").flag(), f.at("query_endpoint").text()
	if !used && endpoint == "" {
		f.idleUnused("use_discovery_service is not set", "cache_timeout")
		return nil
	}
	return object{
		always("enabled", used),
		some("queryEndpoint", endpoint),
		some("dataPath", f.at("data_path").text()),
		some("useNestedQuery", f.at("use_nested_query").flag()),
		some("parentDataPath", f.at("parent_data_path").text()),
		some("portDataPath", f.at("port_data_path").text()),
		some("useTargetList", f.at("use_target_list").flag()),
		some("cache", object{
			always("enabled", !f.at("cache_disabled").flag()),
			some("timeout", f.at("cache_timeout").number()),
		}.filled()),
		some("targetPath", f.at("target_path").text()),
		some("endpointReturnsList", f.at("endpoint_returns_list").flag()),
	}.filled()
}

func uptimeTests(f field) object {
	disabled := f.at("disabled").flag()
	config := f.at("config")
	service := discovery(config.at("service_discovery"))
	var tests []any
	for item := range f.at("check_list").items() {
		tests = append(tests, uptimeTest(item))
	}
	if len(tests) == 0 && service == nil {
		config.idleRest("there are no tests")
		return nil
	}
	return object{
		always("enabled", !disabled),
		some("serviceDiscovery", service),
		some("tests", tests),
		some("hostDownRetestPeriod", period(config.at("recheck_wait"))),
		some("logRetentionPeriod", period(config.at("expire_utime_after"))),
	}.filled()
}

func period(f field) string {
	if n := f.whole(); n > 0 {
		return duration(n)
	}
	return ""
}

func uptimeTest(f field) object {
	var commands []any
	for c := range f.at("commands").items() {
		commands = append(commands, object{always("name", c.at("name").text()), always("message", c.at("message").text())})
	}
	url := f.at("url").text()
	if protocol := f.at("protocol"); strings.Contains(url, "://") {
		protocol.idle("the URL has one")
	} else if protocol.says() {
		url = protocol.text() + "://" + url
	}
	return object{
		always("url", url),
		some("timeout", timeout(f.at("timeout"))),
		some("method", f.at("method").text()),
		some("headers", f.at("headers").all()),
		some("body", f.at("body").text()),
		some("commands", commands),
		some("enableProxyProtocol", f.at("enable_proxy_protocol").flag()),
	}.filled()
}

// timeout is a duration, or a number of nanoseconds.
func timeout(f field) string {
	if f.n.Kind() == source.String {
		return f.text()
	}
	d := time.Duration(f.whole())
	if d <= 0 {
		return ""
	}
	if d%time.Second == 0 {
		return duration(int64(d / time.Second))
	}
	return d.String()
}

func (a *api) mutualTLS() object {
	disabled, list := a.in.at("upstream_certificates_disabled").flag(), pairs(a.in.at("upstream_certificates"), "domain", "certificate")
	if len(list) == 0 {
		return nil
	}
	return object{always("enabled", !disabled), always("domainToCertificateMapping", list)}
}

func (a *api) pinning() object {
	disabled := a.in.at("certificate_pinning_disabled").flag()
	var list []any
	for domain, keys := range sortedMembers(a.in.at("pinned_public_keys")) {
		var names []string
		for key := range strings.SplitSeq(keys.text(), ",") {
			names = append(names, strings.TrimSpace(key))
		}
		list = append(list, object{always("domain", domain), always("publicKeys", names)})
	}
	if len(list) == 0 {
		return nil
	}
	return object{always("enabled", !disabled), always("domainToPublicKeysMapping", list)}
}

// pairs is a map of texts as a list, by key.
func pairs(f field, key, value string) []any {
	var list []any
	for k, v := range sortedMembers(f) {
		list = append(list, object{always(key, k), always(value, v.text())})
	}
	return list
}

func (a *api) rateLimit() object {
	return rateLimit(a.in.at("global_rate_limit"))
}

// rateLimit is a number of requests per duration. Without either it has no effect.
func rateLimit(f field) object {
	disabled, rate, per := f.at("disabled").flag(), f.at("rate").whole(), f.at("per").whole()
	if rate <= 0 || per <= 0 {
		if f.says() {
			f.idle("a limit needs a rate and a period above 0")
		}
		return nil
	}
	return object{always("enabled", !disabled), always("rate", rate), always("per", duration(per))}
}

func loadBalancing(proxy field) object {
	enabled, skip := proxy.at("enable_load_balancing").flag(), proxy.at("check_host_against_uptime_tests").flag()
	var order []string
	weights := map[string]int{}
	for _, url := range proxy.at("target_list").texts() {
		if weights[url] == 0 {
			order = append(order, url)
		}
		weights[url]++
	}
	if len(order) == 0 && !enabled {
		return nil
	}
	targets := []any{}
	for _, url := range order {
		targets = append(targets, object{always("url", url), always("weight", weights[url])})
	}
	return object{always("enabled", enabled), some("skipUnavailableHosts", skip), some("targets", targets)}.filled()
}

// tlsVersions are the numbers of TLS versions on the wire.
var tlsVersions = map[int64]string{0x301: "1.0", 0x302: "1.1", 0x303: "1.2", 0x304: "1.3"}

func transport(f field) object {
	version := func(f field) string {
		n := f.whole()
		if n != 0 && tlsVersions[n] == "" {
			f.lost("write 771 for TLS 1.2 or 772 for TLS 1.3", "%d is no version of TLS", n)
		}
		return tlsVersions[n]
	}
	return object{
		some("insecureSkipVerify", f.at("ssl_insecure_skip_verify").flag()),
		some("ciphers", f.at("ssl_ciphers").texts()),
		some("minVersion", version(f.at("ssl_min_version"))),
		some("maxVersion", version(f.at("ssl_max_version"))),
		some("forceCommonNameCheck", f.at("ssl_force_common_name_check").flag()),
	}
}

// upstreamAuth is how the gateway authenticates itself.
func (a *api) upstreamAuth() object {
	f := a.in.at("upstream_auth")
	signing := requestSigning(a.in.at("request_signing"))
	enabled := f.at("enabled").flag()
	basic, oauth := upstreamBasic(f.at("basic_auth")), upstreamOAuth(f.at("oauth"))
	if !enabled && basic == nil && oauth == nil && signing == nil {
		return nil
	}
	return object{
		always("enabled", enabled || signing != nil && basic == nil && oauth == nil),
		some("basicAuth", basic), some("oauth", oauth), some("requestSigning", signing),
	}.filled()
}

func upstreamBasic(f field) object {
	if !f.says() {
		return nil
	}
	return object{
		always("enabled", f.at("enabled").flag()),
		some("header", authSource(f.at("header"))),
		always("username", f.at("username").text()),
		always("password", f.at("password").text()),
	}.filled()
}

func upstreamOAuth(f field) object {
	if !f.says() {
		return nil
	}
	credentials, password := f.at("client_credentials"), f.at("password")
	head := func(f field) object {
		return object{
			always("clientId", f.at("client_id").text()),
			always("clientSecret", f.at("client_secret").text()),
			some("header", authSource(f.at("header"))),
		}
	}
	tail := func(f field) object {
		return object{
			always("tokenUrl", f.at("token_url").text()),
			some("scopes", f.at("scopes").texts()),
			some("extraMetadata", f.at("extra_metadata").texts()),
		}
	}
	out := object{
		always("enabled", f.at("enabled").flag()),
		always("allowedAuthorizeTypes", orEmpty(f.at("allowed_authorize_types").texts())),
	}
	if credentials.says() {
		out = append(out, always("clientCredentials", append(head(credentials), tail(credentials)...)))
	}
	if password.says() {
		user := object{always("username", password.at("username").text()), always("password", password.at("password").text())}
		out = append(out, always("password", append(append(head(password), user...), tail(password)...)))
	}
	return out
}

func requestSigning(f field) object {
	if !f.says() {
		return nil
	}
	return object{
		always("enabled", f.at("is_enabled").flag()),
		some("signatureHeader", f.at("signature_header").text()),
		some("algorithm", f.at("algorithm").text()),
		some("keyId", f.at("key_id").text()),
		some("headers", f.at("header_list").texts()),
		some("secret", f.at("secret").text()),
		some("certificateId", f.at("certificate_id").text()),
	}.filled()
}

func authSource(f field) object {
	return object{always("enabled", f.at("enabled").flag()), some("name", f.at("name").text())}
}

// orEmpty is for a list that must be there.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
