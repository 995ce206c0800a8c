package compare_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/compiler/compare"
	"github.com/tykctl/tykctl/compiler/plan"
)

// samplePlan is a plan in which everything is set.
func samplePlan() *plan.Plan {
	limit := plan.Limit{Rate: 1, Per: 1, QuotaMax: 1, QuotaRenewal: 1, ThrottleEvery: 1, ThrottleTimes: 1}
	return &plan.Plan{
		Format: plan.Format,
		APIs: []plan.API{{
			ID: "a", Name: "A", OrgID: "o", Active: true, Internal: true, Domain: "a.example", ListenPath: "/a/", Strip: true, Auth: plan.AuthOAuth,
			Sources: []plan.Source{{Kind: plan.SourceHeader, Name: "Authorization"}}, StripAuth: true, AllowList: true, IgnoreCase: true,
			Scopes: []string{"s"}, RouteCount: 1,
		}},
		Routes:    []plan.Route{{Method: "GET", Path: "/x", IgnoreAuth: true, Block: true, Allow: true, IgnoreCase: true, Scopes: []string{"s"}}},
		Upstreams: []plan.Upstream{{Scheme: "http", Host: "u.example", Path: "/p", Query: "q=1", PreserveHost: true, InsecureSkipVerify: true}},
		OAuth: []plan.OAuth2{{
			Scheme: "oauth", Grants: []string{"password"}, ResponseTypes: []string{"code"}, LoginRedirect: "http://l.example", Scopes: []string{"s"},
			AccessTTL: 1, NotifyURL: "http://n.example", NotifySecret: "hush",
		}},
		Policies: []plan.Policy{{
			ID: "p", Name: "P", OrgID: "o", Inactive: true, Limit: limit, Partitions: plan.Partitions{Quota: true, Rate: true, Access: true, Complexity: true, PerAPI: true},
			Access: []plan.Access{{APIID: "a", Allowed: []plan.URLAccess{{Pattern: "^/x", Methods: []string{"GET"}}}, Limit: limit}},
			Tags:   []string{"t"}, MetaData: `{"k":"hush"}`, KeyExpires: 1,
		}},
		Origins: []plan.Origin{{File: "a.yaml", Line: 1, Column: 1}},
	}
}

// TestNoChangeOfAPlanIsLost: whatever field of a plan changes, something is said about it.
func TestNoChangeOfAPlanIsLost(t *testing.T) {
	before, after := samplePlan(), samplePlan()
	fields := 0
	var visit func(path string, v reflect.Value)
	visit = func(path string, v reflect.Value) {
		old := reflect.New(v.Type()).Elem()
		old.Set(v)
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				visit(path+"."+v.Type().Field(i).Name, v.Field(i))
			}
			return
		case reflect.Slice:
			for i := range v.Len() {
				visit(path, v.Index(i))
			}
			return
		case reflect.Bool:
			v.SetBool(!v.Bool())
		case reflect.Float64:
			v.SetFloat(v.Float() + 1)
		case reflect.Int, reflect.Int64:
			v.SetInt(v.Int() + 1)
		case reflect.Uint8:
			v.SetUint(v.Uint() - 1)
		case reflect.String:
			v.SetString(strings.Replace(v.String()+"x", "}x", `,"x":1}`, 1))
		default:
			return // an index
		}
		fields++
		r, err := compare.Plans(before, after)
		if err != nil || len(r.Subjects) == 0 {
			t.Errorf("%s: nothing is said about %v: %v", path, v, err)
		}
		v.Set(old)
	}
	p := reflect.ValueOf(after).Elem()
	for _, part := range []string{"APIs", "Routes", "Upstreams", "OAuth", "Policies"} {
		visit(part, p.FieldByName(part))
	}
	if fields < 60 {
		t.Errorf("only %d fields were changed", fields)
	}
	if r, err := compare.Plans(before, after); err != nil || len(r.Subjects) > 0 {
		t.Errorf("a plan differs from itself: %v, %v", r, err)
	}
}
