package tyk

import "testing"

func TestResolveEndpoint(t *testing.T) {
	for _, tc := range []struct{ v string }{{"/oauth/token"}, {"oauth/token"}} {
		if r := ResolveEndpoint(tc.v, Token, API{ListenPath: "/pets/"}); r.ByTyk != "/pets/oauth/token" {
			t.Errorf("%q: %+v", tc.v, r)
		}
	}
}
