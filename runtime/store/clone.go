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
	d.PolicyIDs = slices.Clone(a.PolicyIDs)
	return &d
}

// Clone returns a copy that shares nothing with r which can be altered.
func (r *RefreshToken) Clone() *RefreshToken {
	d := *r
	d.KeyRules = bytes.Clone(r.KeyRules)
	d.PolicyIDs = slices.Clone(r.PolicyIDs)
	return &d
}

// Clone returns a copy that shares nothing with k which can be altered.
func (k *APIKey) Clone() *APIKey {
	d := *k
	d.Session = bytes.Clone(k.Session)
	return &d
}

// Clone returns a copy that shares nothing with u which can be altered.
func (u *User) Clone() *User {
	d := *u
	d.Session = bytes.Clone(u.Session)
	return &d
}

// Clone returns a copy that shares nothing with n which can be altered.
func (n *Notice) Clone() *Notice {
	d := *n
	d.Body = bytes.Clone(n.Body)
	return &d
}
