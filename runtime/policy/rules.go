package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/tykctl/tykctl/compiler/plan"
)

// Rules are what a session says by itself: a key of the admin API, a user, or what an identity server sends as key_rules with an authorization
// code. They are never modified after ParseRules.
type Rules struct {
	Policies []string // applied in this order
	Limit    plan.Limit
	Access   []plan.Access // ordered by API id
	OrgID    string
	Alias    string
	Tags     []string
	MetaData string // a JSON object, or empty
	Inactive bool
	Expires  int64 // in seconds since 1970; 0 or less: never. An access token has a lifetime of its own instead
}

// decide reports whether the rules decide what may be called.
func (r *Rules) decide() bool { return len(r.Policies) > 0 || len(r.Access) > 0 }

// limits reports whether the rules are a session of their own, with its own limits or the lack of them.
func (r *Rules) limits() bool { return r.decide() || r.Limit != (plan.Limit{}) }

// session is a session object as Tyk writes it, as far as it is read here.
type session struct {
	limit
	ApplyPolicies []string                   `json:"apply_policies"`
	ApplyPolicyID string                     `json:"apply_policy_id"`
	AccessRights  map[string]access          `json:"access_rights"`
	OrgID         string                     `json:"org_id"`
	Alias         string                     `json:"alias"`
	Tags          []string                   `json:"tags"`
	MetaData      map[string]json.RawMessage `json:"meta_data"`
	IsInactive    bool                       `json:"is_inactive"`
	Expires       int64                      `json:"expires"`
}

// ParseRules reads a session object in Tyk's form. Members that are not known are ignored, as in Tyk; a value of the wrong type, a pattern
// that is none, and anything but an object is an error, whose text may be shown to who has sent it.
func ParseRules(data []byte) (*Rules, error) {
	var s session
	if err := parseObject(data, &s); err != nil {
		return nil, err
	}
	r := &Rules{
		Policies: s.ApplyPolicies, Limit: s.plan(), OrgID: s.OrgID, Alias: s.Alias, Tags: s.Tags, Inactive: s.IsInactive, Expires: s.Expires,
	}
	if len(r.Policies) == 0 && s.ApplyPolicyID != "" {
		r.Policies = []string{s.ApplyPolicyID}
	}
	var err error
	if r.Access, err = accessOf(s.AccessRights); err != nil {
		return nil, err
	}
	r.MetaData, err = objectText(s.MetaData)
	return r, err
}

// parseObject reads a JSON object into a struct, and says what is wrong in words of the data.
func parseObject(data []byte, into any) error {
	var text json.RawMessage
	if err := json.Unmarshal(data, &text); err != nil {
		return errors.New("not JSON")
	}
	if len(text) == 0 || text[0] != '{' {
		return errors.New("not a JSON object")
	}
	err := json.Unmarshal(data, into)
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return err
	}
	what, _, _ := strings.Cut(wrong.Value, " ")
	field := strings.TrimPrefix(wrong.Field, "limit.") // the struct that a session and a policy embed
	return fmt.Errorf("%s is of the wrong type: %s", field, what)
}

// objectText is a JSON object as text, with its members in order; empty for none.
func objectText(m map[string]json.RawMessage) (string, error) {
	if len(m) == 0 {
		return "", nil
	}
	data, err := marshal(m)
	return string(data), err
}

// marshal is json.Marshal that leaves the characters of HTML as they are: patterns and meta data are to be read.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
