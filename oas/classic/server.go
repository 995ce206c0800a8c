package classic

// server is the part of the extension that clients see.
func (a *api) server(auth object) object {
	in := a.in
	proxy := in.at("proxy")
	out := object{
		always("listenPath", object{
			always("value", a.listenPath),
			some("strip", proxy.at("strip_listen_path").flag()),
		}.filled()),
		some("authentication", auth),
		some("clientCertificates", object{
			always("enabled", in.at("use_mutual_tls_auth").flag()),
			some("allowlist", in.at("client_certificates").texts()),
		}),
		some("gatewayTags", a.gatewayTags()),
		some("customDomain", a.customDomain()),
		some("detailedActivityLogs", on(in.at("enable_detailed_recording").flag())),
		some("detailedTracing", on(in.at("detailed_tracing").flag())),
		some("eventHandlers", events(in.at("event_handlers", "events"))),
		some("ipAccessControl", a.ipAccess()),
		some("batchProcessing", on(in.at("enable_batch_request_support").flag())),
		some("protocol", a.protocol()),
		some("port", in.at("listen_port").number()),
	}
	if in.at("enable_proxy_protocol").flag() {
		in.at("enable_proxy_protocol").lost("let a load balancer in front of the gateway end the PROXY protocol", "a Tyk OAS API cannot speak the PROXY protocol")
	}
	return out.filled()
}

func (a *api) protocol() string {
	f := a.in.at("protocol")
	p := f.text()
	if p == "tcp" || p == "tls" {
		f.lost("keep the Classic definition for this service", "a Tyk OAS API is served over HTTP; %q is not", p)
		return ""
	}
	return p
}

func (a *api) gatewayTags() object {
	disabled := a.in.at("tags_disabled").flag()
	tags := a.in.at("tags").texts()
	if len(tags) == 0 {
		return nil
	}
	return object{always("enabled", !disabled), always("tags", tags)}
}

func (a *api) customDomain() object {
	domain, disabled := a.in.at("domain").text(), a.in.at("domain_disabled").flag()
	if domain == "" {
		a.in.at("certificates").idle("they are of a domain, and there is none")
		return nil
	}
	return object{
		always("enabled", !disabled),
		always("name", domain),
		some("certificates", a.in.at("certificates").texts()),
	}.filled()
}

// ipAccess: each Classic list has a switch, and all of them one more; an OAS definition has one for both lists.
func (a *api) ipAccess() object {
	in := a.in
	allowing, blocking := in.at("enable_ip_whitelisting").flag(), in.at("enable_ip_blacklisting").flag()
	allow, block := in.at("allowed_ips"), in.at("blacklisted_ips")
	off := in.at("ip_access_control_disabled").flag()
	if allowing || blocking {
		// What is switched off must not come on with the other list.
		if !allowing {
			allow.idle("enable_ip_whitelisting is not set")
			allow = field{r: in.r}
		}
		if !blocking {
			block.idle("enable_ip_blacklisting is not set")
			block = field{r: in.r}
		}
	}
	lists := object{some("allow", allow.texts()), some("block", block.texts())}
	if empty(lists) {
		return nil
	}
	return append(object{always("enabled", !off && (allowing || blocking))}, lists...).filled()
}

// events are the handlers of events, by the name of the event.
func events(f field) []any {
	var list []any
	for trigger, handlers := range sortedMembers(f) {
		for h := range handlers.items() {
			name, meta := h.at("handler_name").text(), h.at("handler_meta")
			head := object{
				always("enabled", !meta.at("disabled").flag()),
				always("trigger", trigger),
			}
			switch name {
			case "eh_web_hook_handler":
				list = append(list, append(head, webhook(meta)...).filled())
			case "eh_dynamic_handler":
				list = append(list, append(head, script(meta)...).filled())
			case "eh_log_handler":
				prefix := meta.at("prefix").text()
				list = append(list, append(head, always("type", "log"), always("name", "log"), always("logPrefix", prefix)).filled())
			default:
				h.lost("write the handler anew as a webhook, a script or a log event", "there is no event handler %q in a Tyk OAS definition", name)
			}
		}
	}
	return list
}

func webhook(meta field) object {
	return object{
		always("type", "webhook"),
		some("id", meta.at("id").text()),
		some("name", meta.at("name").text()),
		always("url", meta.at("target_path").text()),
		always("method", meta.at("method").text()),
		always("cooldownPeriod", duration(meta.at("event_timeout").whole())),
		always("bodyTemplate", meta.at("template_path").text()),
		some("headers", headers(meta.at("header_map"))),
	}
}

func script(meta field) object {
	name := meta.at("name").text()
	if method := meta.at("method_name").text(); method != "" {
		name = method
	}
	return object{
		always("type", "custom"),
		some("id", meta.at("id").text()),
		always("name", name),
		always("functionName", name),
		always("path", meta.at("path").text()),
	}
}

// headers is a map of headers as a list, by name.
func headers(f field) []any {
	var list []any
	for name, value := range sortedMembers(f) {
		list = append(list, object{always("name", name), always("value", value.text())})
	}
	return list
}
