package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// magic begins every encoded plan. The rest of the first line is the SHA-256 of what follows it, so that a plan cut short or
// altered on its way is refused instead of served.
const magic = "tykctl-plan sha256:"

// ErrNotPlan says that the bytes are not an encoded plan at all.
var ErrNotPlan = errors.New("not a compiled plan")

// Encode returns the plan's bytes: a line with a checksum, then JSON. Equal plans give equal bytes.
func Encode(p *Plan) ([]byte, error) {
	body, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("encode plan: %w", err)
	}
	sum := sha256.Sum256(body)
	var b bytes.Buffer
	b.Grow(len(magic) + 2*len(sum) + 2 + len(body))
	b.WriteString(magic)
	b.WriteString(hex.EncodeToString(sum[:]))
	b.WriteByte('\n')
	b.Write(body)
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// IsEncoded reports whether data begins like an encoded plan.
func IsEncoded(data []byte) bool { return bytes.HasPrefix(data, []byte(magic)) }

// Decode reads what Encode wrote. It returns ErrNotPlan for other bytes, and an error for a plan that is damaged, of
// another format, or whose indexes do not fit together: what Decode returns can be served without further checks.
func Decode(data []byte) (*Plan, error) {
	if !IsEncoded(data) {
		return nil, ErrNotPlan
	}
	head, body, found := bytes.Cut(data, []byte("\n"))
	if !found {
		return nil, errors.New("plan is cut short")
	}
	body = bytes.TrimSuffix(body, []byte("\n"))
	sum := sha256.Sum256(body)
	if hex.EncodeToString(sum[:]) != strings.TrimPrefix(string(head), magic) {
		return nil, errors.New("plan is damaged: its checksum does not match; compile it again")
	}
	p := new(Plan)
	if err := json.Unmarshal(body, p); err != nil {
		return nil, fmt.Errorf("decode plan: %w", err)
	}
	if p.Format != Format {
		return nil, fmt.Errorf("plan has format %d, this program reads format %d; compile it again", p.Format, Format)
	}
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("plan is inconsistent: %w", err)
	}
	return p, nil
}

// check makes sure that every index points at something, so that the runtime can follow them without looking.
func (p *Plan) check() error {
	next := RouteID(0)
	for i := range p.APIs {
		a := &p.APIs[i]
		switch {
		case a.Auth != AuthKeyless && a.Auth != AuthOAuth:
			return fmt.Errorf("API %q has unknown protection %d", a.ID, a.Auth)
		case a.Auth == AuthOAuth && !within(int(a.OAuth), len(p.OAuth)):
			return fmt.Errorf("API %q is protected by an authorization server that is not there", a.ID)
		case a.Auth == AuthKeyless && a.OAuth != None:
			return fmt.Errorf("API %q is keyless and has an authorization server", a.ID)
		case !within(int(a.Upstream), len(p.Upstreams)):
			return fmt.Errorf("API %q has no upstream", a.ID)
		case a.FirstRoute != next || a.RouteCount < 0 || int(a.FirstRoute)+int(a.RouteCount) > len(p.Routes):
			return fmt.Errorf("routes of API %q are out of place", a.ID)
		}
		next += RouteID(a.RouteCount)
		for _, r := range p.RoutesOf(APIID(i)) {
			if r.API != APIID(i) {
				return fmt.Errorf("route %s %s is out of place", r.Method, r.Path)
			}
		}
	}
	if int(next) != len(p.Routes) {
		return errors.New("routes without an API")
	}
	return nil
}

func within(index, length int) bool { return index >= 0 && index < length }
