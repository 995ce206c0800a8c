package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

const definitionsPath = "/tyk/apis/oas"

func definitionPath(id string) string { return definitionsPath + "/" + url.PathEscape(id) }

// Definition is the API definition with an id, as the gateway serves it; nil when it has none.
func (c *Client) Definition(ctx context.Context, id string) ([]byte, error) {
	var doc json.RawMessage
	err := c.call(ctx, http.MethodGet, definitionPath(id), nil, &doc)
	if isNotFound(err) {
		return nil, nil
	}
	return doc, err
}

func isNotFound(err error) bool {
	var refused *StatusError
	return errors.As(err, &refused) && refused.Status == http.StatusNotFound
}

// Push is what there is to do until a gateway has a definition.
type Push struct {
	ID   string
	Kind Kind   // Create or Update; empty: nothing
	Have []byte // what the gateway has and
	Want []byte // what it is to have: for people, alike but for what changes, without secrets

	tyk  bool
	had  any // what the gateway has, as it is compared; nil: nothing
	text []byte
}

// PlanPush compares the definition of a gateway with one that it is to have, in JSON. What a gateway itself adds to definitions is no difference.
func (c *Client) PlanPush(ctx context.Context, id string, text []byte) (*Push, error) {
	tyk, err := c.IsTyk(ctx)
	if err != nil {
		return nil, err
	}
	has, err := c.Definition(ctx, id)
	if err != nil {
		return nil, err
	}
	p := &Push{ID: id, Kind: Create, tyk: tyk, text: text}
	var have, want any
	if want, err = parse(text); err != nil {
		return nil, err
	}
	if has != nil {
		if have, err = parse(has); err != nil {
			return nil, &UnreachableError{fmt.Errorf("the definition that the gateway shows is not JSON: %w", err)}
		}
		p.Kind = Update
		if p.text, err = keepOwn(have, text); err != nil {
			return nil, err
		}
	}
	a, b := alike(have, want, tyk)
	if p.had = a; has != nil && equal(a, b) {
		p.Kind = ""
	}
	p.Have, p.Want = shown(a, b)
	return p, nil
}

// DoPush brings a push about and waits, for a time at most, until the gateway serves what was sent. It reports whether the gateway keeps it as it was
// sent: a Tyk Gateway drops what it does not know.
func (c *Client) DoPush(ctx context.Context, p *Push, most time.Duration) (kept bool, err error) {
	switch p.Kind {
	case Create:
		err = c.call(ctx, http.MethodPost, definitionsPath, json.RawMessage(p.text), nil)
	case Update:
		err = c.call(ctx, http.MethodPut, definitionPath(p.ID), json.RawMessage(p.text), nil)
	default:
		return true, nil
	}
	if err != nil {
		return false, err
	}
	want, err := parse(p.text)
	if err != nil {
		return false, err
	}
	there := false
	err = c.settle(ctx, p.tyk, p.ID, most, func(doc []byte) bool {
		have, err := parse(doc)
		if there = doc != nil && err == nil; !there {
			return false
		}
		a, b := alike(have, want, p.tyk)
		kept = equal(a, b)
		before, _ := alike(have, p.had, p.tyk) // compared as before: it was made alike already
		return kept || p.had == nil || !equal(before, p.had)
	})
	if errors.Is(err, errUnserved) && there && p.Kind == Update {
		err = nil // it has read its definitions again: all that is new is what it drops
	}
	return kept, err
}

// DeleteDefinition removes a definition and waits, for a time at most, until the gateway serves it no longer.
func (c *Client) DeleteDefinition(ctx context.Context, id string, most time.Duration) error {
	tyk, err := c.IsTyk(ctx)
	if err != nil {
		return err
	}
	if err := c.call(ctx, http.MethodDelete, definitionPath(id), nil, nil); err != nil {
		return err
	}
	return c.settle(ctx, tyk, id, most, func(doc []byte) bool { return doc == nil })
}

// errUnserved says that a gateway answers, and that nothing has changed.
var errUnserved = errors.New("the gateway does not serve it")

// settle makes a Tyk Gateway read its definitions again; ours has no need of it. It returns when what the gateway serves under an id is what is
// wanted.
func (c *Client) settle(ctx context.Context, tyk bool, id string, most time.Duration, wanted func(doc []byte) bool) error {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	if tyk {
		if err := c.call(ctx, http.MethodGet, "/tyk/reload?block=true", nil, nil); err != nil {
			return err
		}
	}
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		doc, err := c.Definition(ctx, id)
		if err == nil && wanted(doc) {
			return nil
		}
		var down *UnreachableError
		if err != nil && !errors.As(err, &down) {
			return err
		}
		select {
		case <-ctx.Done():
			if err == nil {
				err = errUnserved
			}
			return &UnreachableError{fmt.Errorf("the change of %q was sent, but after %s %w", id, most, err)}
		case <-time.After(pause):
		}
	}
}
