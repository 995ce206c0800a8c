package plan

import (
	"bufio"
	"fmt"
	"strings"
)

// printPolicy writes a policy. Its meta data may hold anything and is not written.
func (p *Plan) printPolicy(b *bufio.Writer, policy *Policy) {
	fmt.Fprintf(b, "\npolicy %s %q\n", policy.ID, policy.Name)
	field(b, "from", p.origin(policy.Origin)+marks(mark{policy.Inactive, "inactive"}))
	if policy.OrgID != "" {
		field(b, "of", policy.OrgID)
	}
	if q := policy.Partitions; q != (Partitions{}) {
		field(b, "sets", strings.Trim(marks(mark{q.Access, "access"}, mark{q.Rate, "rate"}, mark{q.Quota, "quota"}, mark{q.Complexity, "complexity"}, mark{q.PerAPI, "limits of each API"}), " ()"))
	}
	if text := policy.Limit.describe(); text != "" {
		field(b, "limit", text)
	}
	for i := range policy.Access {
		a := &policy.Access[i]
		text := a.APIID
		if limit := a.Limit.describe(); limit != "" {
			text += " (" + limit + ")"
		}
		field(b, "opens", text)
		for _, u := range a.Allowed {
			methods := strings.Join(u.Methods, ",")
			if methods == "" {
				methods = "no method"
			}
			field(b, "", fmt.Sprintf("  %s %s", methods, u.Pattern))
		}
	}
	if len(policy.Tags) > 0 {
		field(b, "tags", strings.Join(policy.Tags, " "))
	}
	if policy.KeyExpires > 0 {
		field(b, "keys live", fmt.Sprintf("%ds", policy.KeyExpires))
	}
}

// describe writes what the numbers say, and nothing for one that bounds nothing.
func (l *Limit) describe() string {
	var parts []string
	if l.Rate > 0 && l.Per > 0 {
		parts = append(parts, fmt.Sprintf("%g requests in %gs", l.Rate, l.Per))
		if l.ThrottleEvery > 0 && l.ThrottleTimes > 0 {
			parts = append(parts, fmt.Sprintf("throttled %d times after %gs", l.ThrottleTimes, l.ThrottleEvery))
		}
	}
	switch {
	case l.QuotaMax > 0 && l.QuotaRenewal > 0:
		parts = append(parts, fmt.Sprintf("quota %d in %ds", l.QuotaMax, l.QuotaRenewal))
	case l.QuotaMax > 0:
		parts = append(parts, fmt.Sprintf("quota %d for ever", l.QuotaMax))
	}
	return strings.Join(parts, ", ")
}
