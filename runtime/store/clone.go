package store

import (
	"bytes"
	"slices"
)

// Clone returns a copy that shares nothing with c which can be altered. The stores use it to keep what they were given.
func (c *Client) Clone() *Client {
	d := *c
	d.Secrets = slices.Clone(c.Secrets)
	d.RedirectURIs = slices.Clone(c.RedirectURIs)
	d.MetaData = bytes.Clone(c.MetaData)
	return &d
}

// Clone returns a copy that shares nothing with c which can be altered.
func (c *Code) Clone() *Code {
	d := *c
	d.KeyRules = bytes.Clone(c.KeyRules)
	return &d
}

// Clone returns a copy that shares nothing with a which can be altered.
func (a *AccessToken) Clone() *AccessToken {
	d := *a
	d.KeyRules = bytes.Clone(a.KeyRules)
	return &d
}

// Clone returns a copy that shares nothing with r which can be altered.
func (r *RefreshToken) Clone() *RefreshToken {
	d := *r
	d.KeyRules = bytes.Clone(r.KeyRules)
	return &d
}
