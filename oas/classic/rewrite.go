package classic

func urlRewrite(op *operation, entry field) {
	var triggers []any
	for t := range entry.at("triggers").items() {
		triggers = append(triggers, object{
			always("condition", t.at("on").text()),
			some("rules", triggerRules(t.at("options"))),
			always("rewriteTo", t.at("rewrite_to").text()),
		}.filled())
	}
	op.set(entry, "urlRewrite", object{
		active(entry),
		always("pattern", entry.at("match_pattern").text()),
		always("rewriteTo", entry.at("rewrite_to").text()),
		some("triggers", triggers),
	}.filled())
}

// triggerRules are the conditions of a trigger: each Classic map is a place where to look.
func triggerRules(options field) []any {
	var rules []any
	for _, place := range []struct{ classic, in string }{
		{"query_val_matches", "query"},
		{"path_part_matches", "path"},
		{"header_matches", "header"},
		{"session_meta_matches", "sessionMetadata"},
		{"request_context_matches", "requestContext"},
	} {
		for name, rule := range sortedMembers(options.at(place.classic)) {
			rules = append(rules, object{
				always("in", place.in), always("name", name), always("pattern", rule.at("match_rx").text()), some("negate", rule.at("reverse").flag()),
			}.filled())
		}
	}
	if payload := options.at("payload_matches"); payload.says() {
		rules = append(rules, object{
			always("in", "requestBody"), always("pattern", payload.at("match_rx").text()), some("negate", payload.at("reverse").flag()),
		}.filled())
	}
	return rules
}
