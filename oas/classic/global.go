package classic

// global is the middleware of the whole API.
func (a *api) global() object {
	in, v := a.in, a.settings
	return object{
		some("pluginConfig", a.pluginConfig()),
		some("cors", cors(in.at("CORS"))),
		some("prePlugins", plugins(in.at("custom_middleware", "pre"))),
		some("postAuthenticationPlugins", plugins(in.at("custom_middleware", "post_key_auth"))),
		some("postPlugins", plugins(in.at("custom_middleware", "post"))),
		some("responsePlugins", plugins(in.at("custom_middleware", "response"))),
		some("cache", globalCache(in.at("cache_options"))),
		some("transformRequestHeaders", transformHeaders(v.at("global_headers_disabled"), v.at("global_headers_remove"), v.at("global_headers"))),
		some("transformResponseHeaders",
			transformHeaders(v.at("global_response_headers_disabled"), v.at("global_response_headers_remove"), v.at("global_response_headers"))),
		some("contextVariables", on(in.at("enable_context_vars").flag())),
		some("trafficLogs", a.trafficLogs()),
		some("requestSizeLimit", sizeLimit(v.at("global_size_limit_disabled"), v.at("global_size_limit"))),
		some("ignoreCase", on(v.at("ignore_endpoint_case").flag())),
		some("skipRateLimit", in.at("disable_rate_limit").flag()),
		some("skipQuota", in.at("disable_quota").flag()),
		some("skipQuotaReset", in.at("dont_set_quota_on_create").flag()),
	}.filled()
}

func (a *api) pluginConfig() object {
	in := a.in
	bundle, bundleOff := in.at("custom_middleware_bundle").text(), in.at("custom_middleware_bundle_disabled").flag()
	data, dataOff := in.at("config_data"), in.at("config_data_disabled").flag()
	out := object{some("driver", in.at("custom_middleware", "driver").text())}
	if bundle != "" {
		out = append(out, always("bundle", object{always("enabled", !bundleOff), always("path", bundle)}))
	}
	if data.n.Len() > 0 {
		out = append(out, always("data", object{always("enabled", !dataOff), always("value", data.all())}))
	}
	return out.filled()
}

func cors(f field) object {
	return object{
		always("enabled", f.at("enable").flag()),
		some("maxAge", f.at("max_age").number()),
		some("allowCredentials", f.at("allow_credentials").flag()),
		some("exposedHeaders", f.at("exposed_headers").texts()),
		some("allowedHeaders", f.at("allowed_headers").texts()),
		some("optionsPassthrough", f.at("options_passthrough").flag()),
		some("debug", f.at("debug").flag()),
		some("allowedOrigins", f.at("allowed_origins").texts()),
		some("allowedMethods", f.at("allowed_methods").texts()),
	}.filled()
}

func plugins(f field) []any {
	var list []any
	for p := range f.items() {
		list = append(list, object{
			always("enabled", !p.at("disabled").flag()),
			always("functionName", p.at("name").text()),
			some("path", p.at("path").text()),
			some("rawBodyOnly", p.at("raw_body_only").flag()),
			some("requireSession", p.at("require_session").flag()),
		}.filled())
	}
	return list
}

func globalCache(f field) object {
	return object{
		some("enabled", f.at("enable_cache").flag()),
		some("timeout", f.at("cache_timeout").number()),
		some("cacheAllSafeRequests", f.at("cache_all_safe_requests").flag()),
		some("cacheResponseCodes", f.at("cache_response_codes").numbers()),
		some("cacheByHeaders", f.at("cache_by_headers").texts()),
		some("enableUpstreamCacheControl", f.at("enable_upstream_cache_control").flag()),
		some("controlTTLHeaderName", f.at("cache_control_ttl_header").text()),
	}.filled()
}

func transformHeaders(disabled, remove, add field) object {
	off, lists := disabled.flag(), object{some("remove", remove.texts()), some("add", headers(add))}
	if empty(lists) {
		return nil
	}
	return append(object{always("enabled", !off)}, lists...).filled()
}

func sizeLimit(disabled, limit field) object {
	off, n := disabled.flag(), limit.number()
	if n == "" {
		return nil
	}
	return object{always("enabled", !off), always("value", n)}
}

// trafficLogs: without the block a Tyk OAS API writes no logs, a Classic one does.
func (a *api) trafficLogs() object {
	in := a.in
	plugin := in.at("analytics_plugin")
	var list []any
	if name := plugin.at("func_name").text(); name != "" || plugin.at("enable").flag() {
		list = []any{object{
			always("enabled", plugin.at("enable").flag()),
			always("functionName", name),
			some("path", plugin.at("plugin_path").text()),
		}.filled()}
	}
	retention := ""
	if n := in.at("expire_analytics_after").whole(); n > 0 {
		retention = duration(n)
	}
	return object{
		always("enabled", !in.at("do_not_track").flag()),
		some("tagHeaders", in.at("tag_headers").texts()),
		some("customRetentionPeriod", retention),
		some("plugins", list),
	}.filled()
}
