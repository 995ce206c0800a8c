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
