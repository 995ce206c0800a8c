package classic

import (
	"crypto/sha1" //nolint:gosec // RFC 9562 §5.5 says so; nothing is protected by it
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
)

// mainVersion is what the settings of an API without versions are called where they have no name.
const mainVersion = "Default"

// versions are the APIs that a Classic definition becomes: its base version under its own id, and one for each further version, which is
// reached through the base and not from outside.
func versions(root field) []api {
	base := api{
		in: root, id: root.at("api_id").text(), name: root.at("name").text(),
		listenPath: root.at("proxy", "listen_path").text(), expiration: root.at("expiration").text(),
	}
	if strings.TrimSpace(base.name) == "" {
		root.r.fail(root, "the definition has no name", `add "name"`)
	}
	if base.id == "" {
		base.id = deriveID(root.at("org_id").text(), base.listenPath, base.name)
		root.changed(`write "api_id" to give it another`, "the definition has no api_id; its id becomes %q, made of its organisation, listen path and name", base.id)
	}
	data := root.at("version_data")
	names := versionNames(data)
	base.version = baseVersion(data, names)
	base.settings = data.at("versions", base.version)
	if root.at("definition", "enabled").flag() || root.at("definition", "versions").says() {
		return []api{newVersions(base, names)}
	}
	if len(names) > 1 && data.at("not_versioned").flag() {
		root.r.fail(data.at("versions"), "the API is not versioned, and has several versions", `keep one version, or set "not_versioned" to false`)
		return nil
	}
	if !versioned(root, data, names) {
		base.settings.at("expires").idle("the API has no versions; its own expiration counts")
		return []api{base}
	}
	return base.split(names)
}

// versionNames are the versions' names, sorted.
func versionNames(data field) []string {
	var names []string
	for name := range data.at("versions").members() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// versioned reports whether requests have to name a version. A definition that speaks of one at most, and not of where requests name it, is
// taken as one without: no request could reach it otherwise.
func versioned(root, data field, names []string) bool {
	unversioned := data.at("not_versioned").flag()
	location := root.at("definition", "location")
	if unversioned || len(names) <= 1 && !location.says() {
		return false
	}
	if !location.says() || root.at("definition", "key").text() == "" {
		root.r.fail(root.at("definition"), "the API has versions, and does not say where requests name one",
			`write "location" (header, url-param or url) and "key" into "definition", or set "not_versioned" to true in "version_data"`)
	}
	return true
}

// baseVersion is the version that keeps the API's id: the default one, else the one of that name, else the first.
func baseVersion(data field, names []string) string {
	for _, name := range []string{data.at("default_version").text(), mainVersion} {
		if slices.Contains(names, name) {
			return name
		}
	}
	if len(names) > 0 {
		return names[0]
	}
	return mainVersion
}

// split makes an API of each version.
func (a *api) split(names []string) []api {
	definition := a.in.at("definition")
	standard := ""
	if a.in.at("version_data", "default_version").text() == a.version {
		standard = "self"
	}
	var list []any
	apis := []api{*a}
	for _, name := range names {
		if name == a.version {
			continue
		}
		v := a.further(name)
		apis = append(apis, v)
		list = append(list, object{always("name", name), always("id", v.id)})
	}
	apis[0].expiration = a.settings.at("expires").text()
	strip := definition.at("strip_versioning_data").flag()
	if path := definition.at("strip_path").flag(); definition.at("location").text() == "url" {
		strip = path
	}
	if list == nil {
		list = []any{}
	}
	apis[0].versioning = object{
		always("enabled", true),
		always("name", a.version),
		always("default", standard),
		always("location", definition.at("location").text()),
		always("key", definition.at("key").text()),
		always("versions", list),
		some("stripVersioningData", strip),
		some("urlVersioningPattern", definition.at("url_versioning_pattern").text()),
		some("fallbackToDefault", definition.at("fallback_to_default").flag()),
	}
	return apis
}

// further is the API of another version than the base.
func (a *api) further(name string) api {
	v := *a
	v.own, v.version, v.settings = true, name, a.in.at("version_data", "versions", name)
	v.id = deriveID(a.id, name)
	v.name = a.name + "-" + url.QueryEscape(name)
	v.expiration = v.settings.at("expires").text()
	v.listenPath = "/" + url.QueryEscape(name) + "/"
	if path := strings.TrimSuffix(a.listenPath, "/"); path != "" {
		v.listenPath = path + "-" + url.QueryEscape(name) + "/"
	}
	v.settings.changed("give the policies that name the version access rights to this id, too",
		"version %q becomes an API of its own, with id %q and listen path %q, reached through the base only", name, v.id, v.listenPath)
	return v
}

// newVersions is an API whose versions are APIs of their own already.
func newVersions(a api, names []string) api {
	d := a.in.at("definition")
	if len(names) > 1 {
		a.in.r.fail(a.in.at("version_data", "versions"), "the API has versions that are APIs, and others that are not", `leave one of "definition.versions" and "version_data.versions" out`)
	}
	a.settings.at("expires").idle("the versions are APIs; the API's own expiration counts")
	var list []any
	for name, id := range sortedMembers(d.at("versions")) {
		list = append(list, object{always("name", name), always("id", id.text())})
	}
	a.versioning = object{
		always("enabled", d.at("enabled").flag()),
		some("name", d.at("name").text()),
		some("default", d.at("default").text()),
		always("location", d.at("location").text()),
		always("key", d.at("key").text()),
		always("versions", list),
		some("stripVersioningData", d.at("strip_versioning_data").flag()),
		some("urlVersioningPattern", d.at("url_versioning_pattern").text()),
		some("fallbackToDefault", d.at("fallback_to_default").flag()),
	}
	return a
}

// sortedMembers are an object's members by key.
func sortedMembers(f field) func(yield func(string, field) bool) {
	var keys []string
	for key := range f.members() {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return func(yield func(string, field) bool) {
		for _, key := range keys {
			if !yield(key, f.at(key)) {
				return
			}
		}
	}
}

// deriveID makes an id that is the same each time: a UUID of version 5 (RFC 9562 §5.5), in the notation in which Tyk writes ids.
func deriveID(parts ...string) string {
	h := sha1.New() //nolint:gosec // see the import
	h.Write([]byte("tykctl:classic"))
	for _, p := range parts {
		h.Write([]byte{0})
		h.Write([]byte(p))
	}
	id := h.Sum(nil)[:16]
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80
	return hex.EncodeToString(id)
}
