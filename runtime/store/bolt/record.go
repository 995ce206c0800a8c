package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

// Every record begins with its version. The records of access, refresh and code go on with a head that is the same for all,
// which is all that the indexes need:
//
//	version, kind, API, client, family, expiry, organisation, user
//	access, refresh token:  scope, key rules, issued at, policies
//	code:                   redirect URI, scope, challenge, its method, key rules
//	spent code, refresh:    spent at
//
// Strings stand after their length; bytes after their length plus one, 0 meaning nil; lists after their number.
//
// Version 1 had no organisation, user and policies. What else has a version 1 is as now.
const recordVersion = 2

var errDamaged = errors.New("a record is damaged")

// entry is the head of a record with its key.
type entry struct {
	kind    kind
	key     store.Key
	owner   owner
	family  store.FamilyID
	expires time.Time
	user    userID // whose password bought it; zero for most
}

func (e *entry) appendHead(b []byte) []byte {
	b = append(b, recordVersion, byte(e.kind))
	b = appendString(appendString(b, e.owner.apiID), e.owner.id)
	b = appendTime(append(b, e.family[:]...), e.expires)
	return appendString(appendString(b, e.user.orgID), e.user.name)
}

// record is a head and the whole encoded record, ready to be stored.
type record struct {
	entry
	value []byte
}

func encodeAccess(a *store.AccessToken) record {
	e := entry{kindAccess, a.Key, owner{a.APIID, a.ClientID}, a.Family, a.ExpiresAt, userOf(a.UserOrg, a.User)}
	b := appendBytes(appendString(e.appendHead(nil), a.Scope), a.KeyRules)
	return record{e, appendStrings(appendTime(b, a.IssuedAt), a.PolicyIDs)}
}

func encodeRefresh(r *store.RefreshToken) record {
	e := entry{kindRefresh, r.Key, owner{r.APIID, r.ClientID}, r.Family, r.ExpiresAt, userOf(r.UserOrg, r.User)}
	b := appendBytes(appendString(e.appendHead(nil), r.Scope), r.KeyRules)
	return record{e, appendStrings(appendTime(b, r.IssuedAt), r.PolicyIDs)}
}

func encodeCode(c *store.Code) record {
	e := entry{kindCode, c.Key, owner{c.APIID, c.ClientID}, c.Family, c.ExpiresAt, userID{}}
	b := appendString(appendString(e.appendHead(nil), c.RedirectURI), c.Scope)
	b = appendString(appendString(b, c.CodeChallenge), c.CodeChallengeMethod)
	return record{e, appendBytes(b, c.KeyRules)}
}

func encodeClient(c *store.Client) []byte {
	b := appendString(appendString([]byte{recordVersion}, c.APIID), c.ID)
	b = binary.AppendUvarint(b, uint64(len(c.Secrets)))
	for _, s := range c.Secrets {
		b = appendTime(append(b, s.Key[:]...), s.ExpiresAt)
	}
	b = appendStrings(b, c.RedirectURIs)
	b = appendBytes(appendString(b, c.PolicyID), c.MetaData)
	return appendTime(appendString(b, c.Description), c.CreatedAt)
}

func decodeAccess(key store.Key, value []byte) (*store.AccessToken, error) {
	r := reader{rest: value}
	e := r.head(key)
	a := &store.AccessToken{Key: key, APIID: e.owner.apiID, ClientID: e.owner.id, Family: e.family, ExpiresAt: e.expires}
	a.User, a.UserOrg = e.user.name, e.user.orgID
	a.Scope, a.KeyRules, a.IssuedAt = r.string(), r.bytes(), r.time()
	a.PolicyIDs = r.policies()
	return a, r.end()
}

func decodeRefresh(key store.Key, value []byte) (*store.RefreshToken, error) {
	r := reader{rest: value}
	e := r.head(key)
	t := &store.RefreshToken{Key: key, APIID: e.owner.apiID, ClientID: e.owner.id, Family: e.family, ExpiresAt: e.expires}
	t.User, t.UserOrg = e.user.name, e.user.orgID
	t.Scope, t.KeyRules, t.IssuedAt = r.string(), r.bytes(), r.time()
	t.PolicyIDs = r.policies()
	return t, r.end()
}

func decodeCode(key store.Key, value []byte) (*store.Code, error) {
	r := reader{rest: value}
	e := r.head(key)
	c := &store.Code{Key: key, APIID: e.owner.apiID, ClientID: e.owner.id, Family: e.family, ExpiresAt: e.expires}
	c.RedirectURI, c.Scope = r.string(), r.string()
	c.CodeChallenge, c.CodeChallengeMethod = r.string(), r.string()
	c.KeyRules = r.bytes()
	return c, r.end()
}

func decodeClient(value []byte) (*store.Client, error) {
	r := reader{rest: value}
	r.version()
	c := &store.Client{APIID: r.string(), ID: r.string()}
	for n := r.uvarint(); n > 0 && r.err == nil; n-- {
		var s store.Secret
		copy(s.Key[:], r.take(len(s.Key)))
		s.ExpiresAt = r.time()
		c.Secrets = append(c.Secrets, s)
	}
	c.RedirectURIs = r.strings()
	c.PolicyID, c.MetaData = r.string(), r.bytes()
	c.Description, c.CreatedAt = r.string(), r.time()
	return c, r.end()
}

// decodeHead reads what all token and code records have in common; at is when a spent one was consumed.
func decodeHead(key store.Key, value []byte) (e entry, at time.Time, err error) {
	r := reader{rest: value}
	e = r.head(key)
	if e.kind.spent() {
		at = r.time()
		return e, at, r.end()
	}
	return e, at, r.err
}

// reader takes a record apart. Everything it returns is a copy: values of bbolt die with their transaction. After the first error it
// returns zero values.
type reader struct {
	rest   []byte
	former bool // the record has version 1
	err    error
}

func (r *reader) version() {
	v := r.take(1)
	switch {
	case v == nil:
	case v[0] == recordVersion:
	case v[0] == 1:
		r.former = true
	default:
		r.fail(fmt.Errorf("a record has version %d, this version of tykctl reads versions up to %d", v[0], recordVersion))
	}
}

func (r *reader) head(key store.Key) entry {
	r.version()
	e := entry{key: key}
	if k := r.take(1); k != nil {
		e.kind = kind(k[0])
		if e.kind.bucket() == nil {
			r.fail(errDamaged)
		}
	}
	e.owner.apiID, e.owner.id = r.string(), r.string()
	copy(e.family[:], r.take(len(e.family)))
	e.expires = r.time()
	if !r.former {
		e.user.orgID, e.user.name = r.string(), r.string()
	}
	return e
}

func (r *reader) policies() []string {
	if r.former {
		return nil
	}
	return r.strings()
}

func (r *reader) strings() (list []string) {
	for n := r.uvarint(); n > 0 && r.err == nil; n-- {
		list = append(list, r.string())
	}
	return list
}

func (r *reader) string() string { return string(r.take(r.uvarint())) }

func (r *reader) bytes() []byte {
	n := r.uvarint()
	if n == 0 {
		return nil
	}
	return bytes.Clone(r.take(n - 1))
}

func (r *reader) time() time.Time {
	b := r.take(timeSize)
	if b == nil {
		return time.Time{}
	}
	seconds := int64(binary.BigEndian.Uint64(b) ^ 1<<63)
	return time.Unix(seconds, int64(binary.BigEndian.Uint32(b[timeSize-4:]))).UTC()
}

// uvarint reads a length, which cannot exceed what is left of the record.
func (r *reader) uvarint() int {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || v > uint64(len(r.rest)) {
		r.fail(errDamaged)
		return 0
	}
	r.rest = r.rest[n:]
	return int(v)
}

func (r *reader) take(n int) []byte {
	if n > len(r.rest) {
		r.fail(errDamaged)
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
	r.rest = nil
}

func (r *reader) end() error {
	if r.err == nil && len(r.rest) > 0 {
		return errDamaged
	}
	return r.err
}

func appendStrings(b []byte, list []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, s := range list {
		b = appendString(b, s)
	}
	return b
}

func appendBytes(b, s []byte) []byte {
	if s == nil {
		return append(b, 0)
	}
	return append(binary.AppendUvarint(b, uint64(len(s))+1), s...)
}
