package lower

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/oas/tyk"
)

// upstream takes the target URL apart. Only what a request needs of it stays.
func upstream(u *tyk.Upstream) (plan.Upstream, error) {
	target, err := url.Parse(u.URL)
	if err != nil {
		return plan.Upstream{}, fmt.Errorf("upstream URL does not parse")
	}
	if target.Host == "" || (target.Scheme != "http" && target.Scheme != "https") || target.User != nil {
		return plan.Upstream{}, fmt.Errorf("upstream URL is not an absolute http or https URL without credentials")
	}
	return plan.Upstream{
		Scheme:             target.Scheme,
		Host:               strings.ToLower(target.Host),
		Path:               target.EscapedPath(),
		Query:              target.RawQuery,
		PreserveHost:       u.PreserveHostHeader.On(),
		InsecureSkipVerify: u.TLSTransport != nil && u.TLSTransport.InsecureSkipVerify,
	}, nil
}

// upstream returns the id of an upstream, the same for equal ones: their connections are shared.
func (l *lowering) upstream(u plan.Upstream) plan.UpstreamID {
	if id, ok := l.upstreams[u]; ok {
		return id
	}
	id := plan.UpstreamID(len(l.plan.Upstreams))
	l.plan.Upstreams = append(l.plan.Upstreams, u)
	l.upstreams[u] = id
	return id
}
