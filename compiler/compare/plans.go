package compare

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/oas/source"
)

// Plans compares two plans: APIs and policies by their ids.
func Plans(before, after *plan.Plan) (*Report, error) {
	r := &Report{}
	olds, err := entries(before)
	if err != nil {
		return nil, err
	}
	news, err := entries(after)
	if err != nil {
		return nil, err
	}
	for key, a := range olds {
		b, ok := news[key]
		if !ok {
			s := a.subject
			s.Action, s.Class = Removed, Breaking
			r.Subjects = append(r.Subjects, s)
			continue
		}
		r.entry(a, b)
	}
	for key, b := range news {
		if _, ok := olds[key]; !ok {
			s := b.subject
			s.Action, s.Class = Added, Operational
			if s.Kind == "policy" {
				s.Class = Security
			}
			r.Subjects = append(r.Subjects, s)
		}
	}
	r.sort()
	return r, nil
}

// entry compares an API or a policy.
func (r *Report) entry(a, b entry) {
	t := &tree{rules: planRules, containers: planContainers}
	if b.subject.Kind == "policy" {
		t = &tree{rules: policyRules, containers: policyContainers}
	}
	t.compare(nil, a.tree, b.tree)
	s := b.subject
	for _, c := range t.changes {
		c.At, c.Pointer = b.subject.At, ""
		s.Changes = append(s.Changes, c)
	}
	r.add(s)
}

// entry is an API or a policy as a tree, with everything that it names in a plan.
type entry struct {
	subject Subject
	tree    source.Node
}

func entries(p *plan.Plan) (map[string]entry, error) {
	all := map[string]entry{}
	add := func(kind, id, name string, origin plan.OriginID, tree map[string]any) error {
		text, err := json.Marshal(tree)
		if err != nil {
			return err
		}
		f, err := source.Index("plan.json", text)
		if err != nil {
			return err
		}
		s := Subject{Kind: kind, ID: id, Name: name, Action: Changed, At: place(p, origin)}
		key := kind + " " + id
		for i := 2; ; i++ { // a plan may hold an id twice
			if _, taken := all[key]; !taken {
				break
			}
			key = fmt.Sprintf("%s %s (%d)", kind, id, i)
		}
		all[key] = entry{s, f.Root()}
		return nil
	}
	for i := range p.APIs {
		a := &p.APIs[i]
		if err := add("api", a.ID, a.Name, a.Origin, apiTree(p, plan.APIID(i))); err != nil {
			return nil, err
		}
	}
	for i := range p.Policies {
		q := &p.Policies[i]
		tree, err := policyTree(q)
		if err != nil {
			return nil, err
		}
		if err := add("policy", q.ID, q.Name, q.Origin, tree); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// place is the place in a document that an entry of a plan came from.
func place(p *plan.Plan, id plan.OriginID) source.Range {
	if id < 0 || int(id) >= len(p.Origins) {
		return source.Range{}
	}
	o := p.Origins[id]
	at := source.Pos{Line: o.Line, Column: o.Column}
	return source.Range{File: o.File, Start: at, End: at}
}

// apiTree is an API of a plan with what it names by index.
func apiTree(p *plan.Plan, id plan.APIID) map[string]any {
	a := &p.APIs[id]
	var sources []string
	for _, s := range a.Sources {
		kind := map[plan.SourceKind]string{plan.SourceCookie: "cookie", plan.SourceQuery: "query", plan.SourceHeader: "header"}[s.Kind]
		sources = append(sources, kind+" "+s.Name)
	}
	protection := map[plan.Auth]string{plan.AuthOAuth: "oauth", plan.AuthToken: "auth token"}[a.Auth] // nothing for a keyless API
	u := p.Upstreams[a.Upstream]
	url := u.Scheme + "://" + u.Host + u.Path
	if u.Query != "" {
		url += "?" + u.Query
	}
	tree := map[string]any{
		"name": a.Name, "orgId": a.OrgID, "active": a.Active, "internal": a.Internal, "domain": a.Domain, "listenPath": a.ListenPath, "strip": a.Strip,
		"access":    map[string]any{"protection": protection, "sources": sources, "strip": a.StripAuth, "scopes": a.Scopes},
		"allowList": a.AllowList, "ignoreCase": a.IgnoreCase,
		"upstream": map[string]any{"url": url, "preserveHost": u.PreserveHost, "insecureSkipVerify": u.InsecureSkipVerify},
		"routes":   routeTrees(p, id),
	}
	if a.OAuth != plan.None {
		o := p.OAuth[a.OAuth]
		tree["oauth"] = map[string]any{
			"scheme": o.Scheme, "grants": o.Grants, "responseTypes": o.ResponseTypes, "loginRedirect": o.LoginRedirect, "scopes": o.Scopes,
			"accessTtl": o.AccessTTL, "notifyUrl": o.NotifyURL, "notifySecret": o.NotifySecret,
		}
	}
	return tree
}

// routeTrees are the routes of an API, by method and path.
func routeTrees(p *plan.Plan, id plan.APIID) map[string]any {
	routes := map[string]any{}
	for _, r := range p.RoutesOf(id) {
		method := r.Method
		if method == "" {
			method = "*"
		}
		routes[method+" "+r.Path] = map[string]any{
			"ignoreAuth": r.IgnoreAuth, "block": r.Block, "allow": r.Allow, "ignoreCase": r.IgnoreCase, "scopes": strings.Join(r.Scopes, ", or "),
		}
	}
	return routes
}

// policyTree is a policy with its access rights by API.
func policyTree(q *plan.Policy) (map[string]any, error) {
	access := map[string]any{}
	for _, a := range q.Access {
		access[a.APIID] = map[string]any{"open": true, "allowed": a.Allowed, "limit": a.Limit}
	}
	tree := map[string]any{
		"name": q.Name, "orgId": q.OrgID, "inactive": q.Inactive, "limit": q.Limit, "partitions": q.Partitions, "access": access, "tags": q.Tags,
		"keyExpires": q.KeyExpires,
	}
	if q.MetaData != "" {
		var meta any
		if err := json.Unmarshal([]byte(q.MetaData), &meta); err != nil {
			return nil, err
		}
		tree["metaData"] = meta
	}
	return tree, nil
}
