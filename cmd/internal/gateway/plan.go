package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Wanted is a client app as it ought to be. The place is said when something is wrong with it.
type Wanted struct {
	API          string // id, or
	ListenPath   string
	ID           string
	RedirectURIs []string
	PolicyID     string
	MetaData     []byte // JSON; nil: none
	Description  string
	Secret       string // empty: whatever it is; the gateway makes one
	Public       bool
	Place        string // file:line:column
}

// Kind is what an Action does.
type Kind string

// The kinds, in the order in which a plan has them for one client.
const (
	Create Kind = "create"
	Update Kind = "update"
	Rotate Kind = "rotate" // the secret becomes the wanted one
	Delete Kind = "delete"
)

// Action is one step of a plan.
type Action struct {
	Kind    Kind     `json:"action"`
	API     string   `json:"api"`
	Client  string   `json:"client"`
	Changes []string `json:"changes,omitempty"` // of an update: which members, by their name in the file
	Secret  string   `json:"secret,omitempty"`  // that the gateway has made, once applied

	app App
}

// Plan is what there is to do.
type Plan struct {
	Actions  []Action
	Problems []string // what cannot be done, each with its place
	Notes    []string // what somebody should know
}

// planner makes a plan.
type planner struct {
	*Client
	tyk  bool
	apis []API
	have map[string][]App // by API id
	plan Plan
}

// Plan compares a gateway with what is wanted. With prune, the client apps that are not wanted are to be deleted, on the APIs that the list names; on
// others nothing is ever touched.
func (c *Client) Plan(ctx context.Context, wanted []Wanted, prune bool) (*Plan, error) {
	p := planner{Client: c, have: map[string][]App{}}
	var err error
	if p.tyk, err = c.IsTyk(ctx); err != nil {
		return nil, err
	}
	if p.apis, err = c.APIs(ctx); err != nil {
		return nil, err
	}
	type name struct{ api, id string }
	named := map[name]string{}
	var order []string
	for i := range wanted {
		w := &wanted[i]
		api, ok := p.api(w)
		if !ok {
			continue
		}
		if before, twice := named[name{api.ID, w.ID}]; twice {
			p.problem(w, "client %q of the API %q is at %s already", w.ID, api.ID, before)
			continue
		}
		named[name{api.ID, w.ID}] = w.Place
		if !slices.Contains(order, api.ID) {
			order = append(order, api.ID)
			if p.have[api.ID], err = c.Apps(ctx, api.ID); err != nil {
				return nil, err
			}
		}
		if err := p.one(ctx, api, w); err != nil {
			return nil, err
		}
	}
	if !prune || len(p.plan.Problems) > 0 { // with a mistyped name, the client that was meant would look unwanted
		return &p.plan, nil
	}
	for _, api := range order {
		for _, app := range p.have[api] {
			if _, ok := named[name{api, app.ID}]; !ok {
				p.plan.Actions = append(p.plan.Actions, Action{Kind: Delete, API: api, Client: app.ID})
			}
		}
	}
	return &p.plan, nil
}

func (p *planner) problem(w *Wanted, format string, args ...any) {
	p.plan.Problems = append(p.plan.Problems, w.Place+": "+fmt.Sprintf(format, args...))
}

func (p *planner) note(w *Wanted, format string, args ...any) {
	p.plan.Notes = append(p.plan.Notes, w.Place+": "+fmt.Sprintf(format, args...))
}

// api finds the API of a client.
func (p *planner) api(w *Wanted) (*API, bool) {
	for i := range p.apis {
		a := &p.apis[i]
		if w.API != "" && a.ID == w.API || w.API == "" && strings.Trim(a.Proxy.ListenPath, "/") == strings.Trim(w.ListenPath, "/") {
			return a, true
		}
	}
	if w.API != "" {
		p.problem(w, "the gateway has no API with the id %q", w.API)
	} else {
		p.problem(w, "the gateway has no API with the listen path %q", w.ListenPath)
	}
	return nil, false
}

// one plans for one client.
func (p *planner) one(ctx context.Context, api *API, w *Wanted) error {
	if p.tyk && w.Public {
		p.problem(w, "client %q: a Tyk Gateway has no public clients", w.ID)
		return nil
	}
	if p.tyk && len(w.RedirectURIs) > 1 {
		p.note(w, "client %q has several redirect URIs: the Tyk Gateway needs oauth_redirect_uri_separator: %q", w.ID, separator)
	}
	want := App{ID: w.ID, APIID: api.ID, PolicyID: w.PolicyID, MetaData: w.MetaData, Description: w.Description, Public: w.Public}
	want.setURIs(w.RedirectURIs, p.tyk)
	at := slices.IndexFunc(p.have[api.ID], func(a App) bool { return a.ID == w.ID })
	if at < 0 {
		want.Secret = w.Secret
		p.plan.Actions = append(p.plan.Actions, Action{Kind: Create, API: api.ID, Client: w.ID, app: want})
		return nil
	}
	have := &p.have[api.ID][at]
	if have.Public != w.Public {
		p.problem(w, "client %q: a confidential client cannot become public, nor a public one confidential; delete it first", w.ID)
		return nil
	}
	if changes := differences(have, &want); len(changes) > 0 {
		p.plan.Actions = append(p.plan.Actions, Action{Kind: Update, API: api.ID, Client: w.ID, Changes: changes, app: want})
	}
	return p.secretOf(ctx, api, w, have)
}

// differences names the members that are to change.
func differences(have, want *App) []string {
	var list []string
	if !slices.Equal(have.URIs(), want.URIs()) {
		list = append(list, "redirectUris")
	}
	if have.PolicyID != want.PolicyID {
		list = append(list, "policyId")
	}
	if !sameJSON(have.MetaData, want.MetaData) {
		list = append(list, "metaData")
	}
	if have.Description != want.Description {
		list = append(list, "description")
	}
	return list
}

func sameJSON(a, b json.RawMessage) bool {
	if hasMeta(a) != hasMeta(b) {
		return false
	}
	return !hasMeta(a) || reflect.DeepEqual(decoded(a), decoded(b))
}

func decoded(raw json.RawMessage) any {
	var v any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return string(raw)
	}
	return v
}

// secretOf plans a rotation where the gateway has another secret than the wanted one.
func (p *planner) secretOf(ctx context.Context, api *API, w *Wanted, have *App) error {
	if w.Secret == "" {
		return nil
	}
	same := have.Secret == w.Secret
	if !p.tyk {
		var err error
		if same, err = p.accepts(ctx, api, w.ID, w.Secret); err != nil {
			return err
		}
	}
	switch {
	case same:
	case p.tyk:
		p.problem(w, "client %q has another secret, and a Tyk Gateway takes none for a client that exists: `tykctl client rotate` makes one, or delete the client", w.ID)
	default:
		p.plan.Actions = append(p.plan.Actions, Action{Kind: Rotate, API: api.ID, Client: w.ID, app: App{Secret: w.Secret}})
	}
	return nil
}

// Apply takes one step. The secret of the action is set where the gateway has made one. The warnings are the gateway's.
func (c *Client) Apply(ctx context.Context, a *Action, overlap time.Duration) (warnings []string, err error) {
	var made App
	switch a.Kind {
	case Create:
		made, err = c.Create(ctx, a.app)
		if err == nil && a.app.Secret == "" {
			a.Secret = made.Secret
		}
	case Update:
		made, err = c.Update(ctx, a.app)
	case Rotate:
		made, err = c.Rotate(ctx, a.API, a.Client, a.app.Secret, overlap)
	case Delete:
		err = c.Delete(ctx, a.API, a.Client)
	}
	return made.Warnings, err
}
