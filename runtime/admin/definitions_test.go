package admin_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/runtime/admin"
	"github.com/tykctl/tykctl/runtime/compat"
)

// kept are definitions of which only those are known that a test names; they answer with what they were asked.
type kept struct{ asked string }

func (k *kept) List() admin.Reply { return admin.Reply{Status: 200, Body: []byte("[]\n")} }

func (k *kept) Get(id string, public bool) admin.Reply {
	switch {
	case id != "a" && id != `odd"/name`:
		return admin.Reply{Status: 404, Message: "API not found"}
	case public:
		return admin.Reply{Status: 200, Body: []byte(`{"public":true}`)}
	}
	return admin.Reply{Status: 200, Body: []byte(`{"whole":true}`)}
}

func (k *kept) Create(text []byte) admin.Reply {
	k.asked = "create " + string(text)
	switch string(text) {
	case "known":
		return admin.Reply{Status: 200, ID: "a", Action: admin.Modified}
	case "wrong":
		return admin.Reply{Status: 400, Message: "it is wrong", Findings: []admin.Finding{{Code: "TYK301", Severity: "error", Message: "it is wrong", Pointer: "/x"}}}
	}
	return admin.Reply{Status: 200, ID: "n", Action: admin.Added}
}

func (k *kept) Update(id string, text []byte) admin.Reply {
	k.asked = "update " + id + " " + string(text)
	return admin.Reply{Status: 200, ID: id, Action: admin.Modified}
}

func (k *kept) Delete(id string) admin.Reply {
	k.asked = "delete " + id
	return admin.Reply{Status: 200, ID: id, Action: admin.Deleted}
}

func (k *kept) Patch(id string, text []byte, p admin.ImportParams) admin.Reply {
	k.asked = "patch " + id + " " + string(text) + told(p)
	return admin.Reply{Status: 200, ID: id, Action: admin.Modified}
}

func (k *kept) Import(text []byte, p admin.ImportParams) admin.Reply {
	k.asked = "import " + string(text) + told(p)
	if p.APIID == "a" {
		return admin.Reply{Status: 200, ID: "a", Action: admin.Modified}
	}
	return admin.Reply{Status: 200, ID: "n", Action: admin.Added}
}

// told are the parameters that were given.
func told(p admin.ImportParams) string {
	text := ""
	for _, s := range []string{p.UpstreamURL, p.ListenPath, p.CustomDomain, p.APIID} {
		if text += ","; s != "" {
			text += s
		}
	}
	for _, b := range []*bool{p.Authentication, p.AllowList, p.ValidateRequest, p.MockResponse} {
		if text += ","; b != nil {
			text += strconv.FormatBool(*b)
		}
	}
	return text
}

func TestDefinitions(t *testing.T) {
	for _, mode := range []compat.Mode{compat.RFC, compat.Tyk} {
		replaced := map[compat.Mode]string{compat.RFC: "modified", compat.Tyk: "added"}[mode]
		k := &kept{}
		g := start(t, inMode(mode), func(o *admin.Options) { o.Definitions = k })
		for _, r := range []struct {
			method, target, body string
			status               int
			text, asked          string
		}{
			{"GET", "/tyk/apis/oas", "", 200, "[]\n", ""},
			{"GET", "/tyk/apis/oas/", "", 200, "[]\n", ""},
			{"GET", "/tyk/apis/oas/a", "", 200, `{"whole":true}`, ""},
			{"GET", "/tyk/apis/oas/a?mode=public", "", 200, `{"whole":true}`, ""},
			{"GET", "/tyk/apis/oas/b", "", 404, `{"status":"error","message":"API not found"}`, ""},
			{"GET", "/tyk/apis/oas/a/export", "", 200, `{"whole":true}`, ""},
			{"GET", "/tyk/apis/oas/a/export?mode=public", "", 200, `{"public":true}`, ""},
			{"GET", "/tyk/apis/oas/b/export", "", 404, `{"status":"error","message":"API not found"}`, ""},
			{"POST", "/tyk/apis/oas", "new", 200, `{"key":"n","status":"ok","action":"added"}`, "create new"},
			{"POST", "/tyk/apis/oas", "known", 200, `{"key":"a","status":"ok","action":"` + replaced + `"}`, "create known"},
			{"POST", "/tyk/apis/oas", "wrong", 400, `{"status":"error","message":"it is wrong","diagnostics":[{"code":"TYK301","severity":"error","message":"it is wrong","pointer":"/x"}]}`, "create wrong"},
			{"PUT", "/tyk/apis/oas/a", "x", 200, `{"key":"a","status":"ok","action":"modified"}`, "update a x"},
			{"DELETE", "/tyk/apis/oas/a%2Fb", "", 200, `{"key":"a/b","status":"ok","action":"deleted"}`, "delete a/b"},
			{"PATCH", "/tyk/apis/oas/a?allowList=1&upstreamURL=http://u", "x", 200, `"action":"modified"`, "patch a x,http://u,,,,,true,,"},
			{"POST", "/tyk/apis/oas/import", "d", 200, `"action":"added"`, "import d,,,,,,,,"},
			{"POST", "/tyk/apis/oas/import?apiID=a", "d", 200, `"action":"` + replaced + `"`, "import d,,,,a,,,,"},
			{"POST", "/tyk/apis/oas/import?listenPath=%20/l/%20&customDomain=d&authentication=F&validateRequest=T&mockResponse=true", "d", 200, `"key":"n"`, "import d,,/l/,d,,false,,true,true"},
			{"POST", "/tyk/apis/oas/import?authentication=", "d", 200, `"key":"n"`, "import d,,,,,,,,"},
			{"POST", "/tyk/apis/oas/import?base_api_id=b", "d", 400, "base_api_id is not taken", ""},
			{"GET", "/tyk/apis/oas/import", "", 405, "Method not supported", ""},
			{"DELETE", "/tyk/apis/oas", "", 405, "Method not supported", ""},
			{"POST", "/tyk/apis/oas/a/export", "", 405, "Method not supported", ""},
			{"GET", "/tyk/apis/oas/a/nothing", "", 404, "404 page not found", ""},
			{"GET", "/tyk/apis/a", "", 200, `"api_id":"a"`, ""},
			{"GET", "/tyk/apis/gone", "", 404, "API not found", ""},
			{"POST", "/tyk/apis", "{}", 400, "tykctl import --from classic", ""},
			{"DELETE", "/tyk/apis/a", "", 400, "this API endpoint only supports Tyk Classic APIs", ""},
		} {
			k.asked = ""
			a := g.send(r.method, r.target, r.body)
			if a.status != r.status || !strings.Contains(a.body, r.text) || k.asked != r.asked {
				t.Errorf("%s: %s %s: %d %s, asked %q; want %d %s, %q", mode, r.method, r.target, a.status, a.body, k.asked, r.status, r.text, r.asked)
			}
		}
	}
}

// TestBooleanParameters: what is neither is a mistake, and in Tyk's mode nothing.
func TestBooleanParameters(t *testing.T) {
	for mode, want := range map[compat.Mode]int{compat.RFC: 400, compat.Tyk: 200} {
		g := start(t, inMode(mode), func(o *admin.Options) { o.Definitions = &kept{} })
		if a := g.send("POST", "/tyk/apis/oas/import?allowList=yes", "d"); a.status != want {
			t.Errorf("%s: %d %s", mode, a.status, a.body)
		}
	}
}

// TestExportedFile: the name of the file cannot break out of its header, nor name a directory.
func TestExportedFile(t *testing.T) {
	g := start(t, func(o *admin.Options) { o.Definitions = &kept{} })
	for target, want := range map[string]string{
		"/tyk/apis/oas/a/export":                 `attachment; filename="TykOasApiDef-a.json"`,
		"/tyk/apis/oas/a/export?mode=public":     `attachment; filename="oas-a.json"`,
		"/tyk/apis/oas/odd%22%2Fname/export":     `attachment; filename="TykOasApiDef-oddname.json"`,
		"/tyk/apis/oas/not%22there/export":       "",
		"/tyk/apis/oas/odd%22%2Fname?mode=other": "",
	} {
		if got := string(g.send("GET", target, "").header.Peek("Content-Disposition")); got != want {
			t.Errorf("%s: %s, want %s", target, got, want)
		}
	}
}

func TestNoDefinitions(t *testing.T) {
	for _, call := range [][2]string{{"GET", "/tyk/apis/oas"}, {"POST", "/tyk/apis/oas"}, {"DELETE", "/tyk/apis/oas/a"}} {
		if a := start(t).send(call[0], call[1], ""); a.status != 501 {
			t.Errorf("%s %s: %d %s", call[0], call[1], a.status, a.body)
		}
	}
}
