package plan

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// check makes sure that every index points at something and every list is in its order, so that the runtime can follow them without looking.
func (p *Plan) check() error {
	next := RouteID(0)
	for i := range p.APIs {
		a := &p.APIs[i]
		if err := p.checkAPI(a, next); err != nil {
			return err
		}
		next += RouteID(a.RouteCount)
		for _, r := range p.RoutesOf(APIID(i)) {
			switch {
			case r.API != APIID(i) || !p.has(r.Origin):
				return fmt.Errorf("route %s %s is out of place", r.Method, r.Path)
			case !scopes(r.Scopes):
				return fmt.Errorf("route %s %s has scopes out of form", r.Method, r.Path)
			}
		}
	}
	if int(next) != len(p.Routes) {
		return errors.New("routes without an API")
	}
	for i := range p.OAuth {
		if o := &p.OAuth[i]; !p.has(o.Origin) || o.AccessTTL < 0 {
			return fmt.Errorf("authorization server %q is out of place", o.Scheme)
		}
	}
	return p.checkPolicies()
}

func (p *Plan) checkAPI(a *API, next RouteID) error {
	switch {
	case a.Auth != AuthKeyless && a.Auth != AuthOAuth && a.Auth != AuthToken:
		return fmt.Errorf("API %q has unknown protection %d", a.ID, a.Auth)
	case a.Auth == AuthOAuth && !within(int(a.OAuth), len(p.OAuth)):
		return fmt.Errorf("API %q is protected by an authorization server that is not there", a.ID)
	case a.Auth != AuthOAuth && a.OAuth != None:
		return fmt.Errorf("API %q has an authorization server and does not use it", a.ID)
	case a.Auth != AuthKeyless && len(a.Sources) == 0:
		return fmt.Errorf("API %q takes credentials from nowhere", a.ID)
	case !within(int(a.Upstream), len(p.Upstreams)):
		return fmt.Errorf("API %q has no upstream", a.ID)
	case a.FirstRoute != next || a.RouteCount < 0 || int(a.FirstRoute)+int(a.RouteCount) > len(p.Routes):
		return fmt.Errorf("routes of API %q are out of place", a.ID)
	case !scopes(a.Scopes):
		return fmt.Errorf("API %q has scopes out of form", a.ID)
	case !p.has(a.Origin):
		return fmt.Errorf("API %q comes from nowhere", a.ID)
	}
	for _, s := range a.Sources {
		if s.Name == "" || s.Kind < SourceCookie || s.Kind > SourceHeader {
			return fmt.Errorf("API %q takes credentials from an unknown source", a.ID)
		}
	}
	return nil
}

func (p *Plan) checkPolicies() error {
	for i := range p.Policies {
		policy := &p.Policies[i]
		switch {
		case policy.ID == "" || i > 0 && p.Policies[i-1].ID >= policy.ID:
			return fmt.Errorf("policy %q is out of order", policy.ID)
		case !p.has(policy.Origin):
			return fmt.Errorf("policy %q comes from nowhere", policy.ID)
		case policy.KeyExpires < 0:
			return fmt.Errorf("policy %q lets keys expire before they are made", policy.ID)
		case policy.MetaData != "" && !object(policy.MetaData):
			return fmt.Errorf("meta data of policy %q is no JSON object", policy.ID)
		}
		for j := range policy.Access {
			a := &policy.Access[j]
			if a.APIID == "" || j > 0 && policy.Access[j-1].APIID >= a.APIID {
				return fmt.Errorf("access right %q of policy %q is out of order", a.APIID, policy.ID)
			}
			for _, u := range a.Allowed {
				if _, err := regexp.Compile(u.Pattern); err != nil {
					return fmt.Errorf("policy %q allows URLs by a pattern that is none: %w", policy.ID, err)
				}
			}
		}
	}
	return nil
}

// scopes reports whether alternatives are in order, and each has a scope at least.
func scopes(alternatives []string) bool {
	return slices.IsSorted(alternatives) && !slices.ContainsFunc(alternatives, func(s string) bool { return strings.TrimSpace(s) == "" })
}

func object(text string) bool {
	var members map[string]json.RawMessage
	return json.Unmarshal([]byte(text), &members) == nil && members != nil
}

func (p *Plan) has(id OriginID) bool { return within(int(id), len(p.Origins)) }

func within(index, length int) bool { return index >= 0 && index < length }
