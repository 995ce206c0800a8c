package plan_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/compiler/plan"
)

func sample() *plan.Plan {
	return &plan.Plan{
		Format: plan.Format,
		APIs: []plan.API{
			{ID: "a", Name: "A", Active: true, ListenPath: "/a/", Auth: plan.AuthOAuth, Sources: []plan.Source{{Kind: plan.SourceHeader, Name: "Authorization"}}, RouteCount: 1},
			{ID: "k", Name: "K", Active: true, ListenPath: "/k/", Auth: plan.AuthKeyless, OAuth: plan.None, FirstRoute: 1},
		},
		Routes:    []plan.Route{{API: 0, Method: "GET", Path: "/x", Block: true}},
		Upstreams: []plan.Upstream{{Scheme: "http", Host: "127.0.0.1:1"}},
		Policies: []plan.Policy{
			{ID: "gold", Limit: plan.Limit{Rate: 1.5, Per: 60, QuotaMax: -1}, MetaData: `{"a":"hush"}`, Access: []plan.Access{
				{APIID: "a", Allowed: []plan.URLAccess{{Pattern: "^/a", Methods: []string{"GET"}}}},
				{APIID: "b"},
			}},
			{ID: "silver", Partitions: plan.Partitions{Access: true}},
		},
		OAuth:   []plan.OAuth2{{Scheme: "s", Grants: []string{"client_credentials"}, NotifyURL: "https://n.example.com", NotifySecret: "hush"}},
		Origins: []plan.Origin{{File: "a.json", Line: 1, Column: 2, Pointer: "/x"}},
	}
}

func TestRoundTrip(t *testing.T) {
	data, err := plan.Encode(sample())
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(p, sample()) {
		t.Errorf("got %+v", p)
	}
	again, err := plan.Encode(p)
	if err != nil || !bytes.Equal(data, again) {
		t.Errorf("encoding is not stable: %v", err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	good, err := plan.Encode(sample())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plan.Decode([]byte("openapi: 3.0.3\n")); !errors.Is(err, plan.ErrNotPlan) {
		t.Errorf("a document: %v", err)
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		if _, err := plan.Decode(bad); err == nil && i < len(good)-1 {
			t.Fatalf("accepted with byte %d altered", i)
		}
		if _, err := plan.Decode(good[:i]); err == nil && i < len(good)-1 {
			t.Fatalf("accepted when cut to %d bytes", i)
		}
	}
	for name, spoil := range map[string]func(*plan.Plan){
		"format":             func(p *plan.Plan) { p.Format++ },
		"protection":         func(p *plan.Plan) { p.APIs[1].Auth = 9 },
		"no protection":      func(p *plan.Plan) { p.APIs[1].Auth = 0 },
		"oauth":              func(p *plan.Plan) { p.APIs[0].OAuth = 1 },
		"no oauth":           func(p *plan.Plan) { p.APIs[0].OAuth = plan.None },
		"keyless with oauth": func(p *plan.Plan) { p.APIs[1].OAuth = 0 },
		"token with oauth":   func(p *plan.Plan) { p.APIs[1].Auth, p.APIs[1].OAuth = plan.AuthToken, 0 },
		"no source":          func(p *plan.Plan) { p.APIs[0].Sources = nil },
		"unknown source":     func(p *plan.Plan) { p.APIs[0].Sources[0].Kind = 4 },
		"nameless source":    func(p *plan.Plan) { p.APIs[0].Sources[0].Name = "" },
		"origin of an API":   func(p *plan.Plan) { p.APIs[0].Origin = 1 },
		"origin of a route":  func(p *plan.Plan) { p.Routes[0].Origin = plan.None },
		"origin of a server": func(p *plan.Plan) { p.OAuth[0].Origin = -7 },
		"lifetime":           func(p *plan.Plan) { p.OAuth[0].AccessTTL = -1 },
		"empty scope":        func(p *plan.Plan) { p.APIs[0].Scopes = []string{" "} },
		"empty route scope":  func(p *plan.Plan) { p.Routes[0].Scopes = []string{"", "a"} },
		"order of scopes":    func(p *plan.Plan) { p.Routes[0].Scopes = []string{"b", "a"} },
		"policy id":          func(p *plan.Plan) { p.Policies[0].ID = "" },
		"policy twice":       func(p *plan.Plan) { p.Policies[1].ID = "gold" },
		"order of policies":  func(p *plan.Plan) { p.Policies[1].ID = "a" },
		"origin of a policy": func(p *plan.Plan) { p.Policies[1].Origin = 1 },
		"key expiry":         func(p *plan.Plan) { p.Policies[0].KeyExpires = -1 },
		"meta data":          func(p *plan.Plan) { p.Policies[0].MetaData = "[]" },
		"no meta data":       func(p *plan.Plan) { p.Policies[0].MetaData = "null" },
		"access to nothing":  func(p *plan.Plan) { p.Policies[0].Access[0].APIID = "" },
		"access twice":       func(p *plan.Plan) { p.Policies[0].Access[1].APIID = "a" },
		"pattern":            func(p *plan.Plan) { p.Policies[0].Access[0].Allowed[0].Pattern = "(" },
		"upstream":           func(p *plan.Plan) { p.APIs[0].Upstream = 1 },
		"negative upstream":  func(p *plan.Plan) { p.APIs[0].Upstream = -1 },
		"routes beyond":      func(p *plan.Plan) { p.APIs[1].RouteCount = 1 },
		"routes overlap":     func(p *plan.Plan) { p.APIs[1].FirstRoute = 0 },
		"negative routes":    func(p *plan.Plan) { p.APIs[0].RouteCount = -1 },
		"route of another":   func(p *plan.Plan) { p.Routes[0].API = 1 },
		"routes left over":   func(p *plan.Plan) { p.Routes = append(p.Routes, plan.Route{API: 1}) },
	} {
		p := sample()
		spoil(p)
		data, err := plan.Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := plan.Decode(data); err == nil {
			t.Errorf("accepted with a wrong %s", name)
		}
	}
}

func TestPrintHidesSecrets(t *testing.T) {
	var b strings.Builder
	if err := plan.Print(&b, sample()); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "hush") || !strings.Contains(b.String(), "with shared secret") {
		t.Error(b.String())
	}
}

// FuzzDecode: whatever a file holds, Decode returns; what it accepts can be printed and encoded.
func FuzzDecode(f *testing.F) {
	good, err := json.Marshal(sample())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"format":2}`))
	f.Add([]byte(`{"format":2,"apis":[{"auth":1,"oauth":-1,"routeCount":2147483647}],"upstreams":[{}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := sha256.Sum256(body)
		p, err := plan.Decode([]byte("tykctl-plan sha256:" + hex.EncodeToString(sum[:]) + "\n" + string(body)))
		if err != nil {
			return
		}
		if err := plan.Print(&strings.Builder{}, p); err != nil {
			t.Error(err)
		}
		if _, err := plan.Encode(p); err != nil {
			t.Error(err)
		}
	})
}
