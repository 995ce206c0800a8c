package bolt

import (
	"encoding/binary"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

// The file has these buckets. "api" and "id" are an API's and a client's id, each after its length (uvarint) so that no id is the
// beginning of another; times are 12 bytes that sort as time does; kind is one byte.
//
//	bucket   key                               value
//	meta     "format"                          the version of this layout, one byte
//	         "ping"                            what Ping writes
//	client   api, id without its length        client; the clients of an API lie together, ordered by id
//	access   key of the access token           access token
//	refresh  key of the refresh token          refresh token, or the memory that it is spent
//	code     key of the code                   code, or the memory that it is spent
//	owner    api, id, kind, expiry, key        nothing; leads from a client to all its records, access tokens by expiry
//	family   family, kind, key                 nothing; leads from a family to its records that can still be used
//	expiry   time of removal, kind, key        nothing; the order in which Sweep removes
//	bought   org, name, kind, key              nothing; leads from a user to the tokens that can still be used and that his password bought
//	apikey   key of the API key                API key
//	user     org, name without its length      user
//	policy   id                                the policy as it came
//	quota    key of whom it counts             quota
//	notice   id, 8 bytes                       notice, its body encrypted; the bucket's sequence is the last id
//	line     family, id                        nothing; the notices of a family in order
//	due      time, id                          nothing; of each family the oldest notice, by when it is due
//
// Every record of access, refresh and code has one entry in owner and expiry, in family unless it is spent, and in bought if it has a user
// besides. insert, erase and spend (entry.go) are the only functions that write these six buckets and bought, so that they agree. An API
// key that expires and a quota that renews have an entry in expiry too. A notice has one in line, and if it is the first there, in due.
//
// Format 1 had the buckets down to expiry; Open adds the others.
var (
	bucketMeta    = []byte("meta")
	bucketClient  = []byte("client")
	bucketAccess  = []byte("access")
	bucketRefresh = []byte("refresh")
	bucketCode    = []byte("code")
	bucketOwner   = []byte("owner")
	bucketFamily  = []byte("family")
	bucketExpiry  = []byte("expiry")

	bucketBought = []byte("bought")
	bucketAPIKey = []byte("apikey")
	bucketUser   = []byte("user")
	bucketPolicy = []byte("policy")
	bucketQuota  = []byte("quota")
	bucketNotice = []byte("notice")
	bucketLine   = []byte("line")
	bucketDue    = []byte("due")

	buckets = [][]byte{
		bucketMeta, bucketClient, bucketAccess, bucketRefresh, bucketCode, bucketOwner, bucketFamily, bucketExpiry,
		bucketBought, bucketAPIKey, bucketUser, bucketPolicy, bucketQuota, bucketNotice, bucketLine, bucketDue,
	}
	buckets1 = buckets[:8] // of format 1

	formatKey = []byte("format")
	pingKey   = []byte("ping")
	pingValue = []byte{1}
)

// kind tells what a record is. It is part of keys and records: a value never changes its meaning.
type kind byte

const (
	kindAccess       kind = 'a'
	kindCode         kind = 'c'
	kindRefresh      kind = 'r'
	kindSpentCode    kind = 'C'
	kindSpentRefresh kind = 'R'

	// Of these two there is an index entry only: they belong to no client.
	kindAPIKey kind = 'k'
	kindQuota  kind = 'q'
)

// bucket is where codes and tokens of the kind lie; nil when there is no such kind.
func (k kind) bucket() []byte {
	switch k {
	case kindAccess:
		return bucketAccess
	case kindCode, kindSpentCode:
		return bucketCode
	case kindRefresh, kindSpentRefresh:
		return bucketRefresh
	default:
		return nil
	}
}

func (k kind) spent() bool { return k == kindSpentCode || k == kindSpentRefresh }

// whenSpent is the kind that a code or refresh token has once it was used.
func (k kind) whenSpent() kind {
	if k == kindCode {
		return kindSpentCode
	}
	return kindSpentRefresh
}

// owner names a client: ids are unique per API only.
type owner struct{ apiID, id string }

// userID names a user: names are unique per organisation only.
type userID struct{ orgID, name string }

// userOf is zero when no user is named, whatever the organisation.
func userOf(orgID, name string) userID {
	if name == "" {
		return userID{}
	}
	return userID{orgID, name}
}

func (u userID) userKey() []byte { return append(appendString(nil, u.orgID), u.name...) }

// prefix of the user's tokens in bucketBought.
func (u userID) prefix() []byte { return appendString(appendString(nil, u.orgID), u.name) }

func boughtKey(e *entry) []byte { return append(append(e.user.prefix(), byte(e.kind)), e.key[:]...) }

// maxIDs bounds the two ids of a client and of a user, so that no key exceeds what bbolt takes (32768 bytes).
const maxIDs = 8192

const (
	timeSize   = 12
	expirySize = timeSize + 1 + len(store.Key{})
)

func (o owner) clientKey() []byte { return append(appendString(nil, o.apiID), o.id...) }

// prefix of the client's records of the given kinds in bucketOwner; without kinds, of all its records.
func (o owner) prefix(kinds ...kind) []byte {
	b := make([]byte, 0, len(o.apiID)+len(o.id)+2*binary.MaxVarintLen16+expirySize)
	b = appendString(appendString(b, o.apiID), o.id)
	for _, k := range kinds {
		b = append(b, byte(k))
	}
	return b
}

func ownerKey(e *entry) []byte {
	return append(appendTime(e.owner.prefix(e.kind), e.expires), e.key[:]...)
}

func familyPrefix(id store.FamilyID, kinds ...kind) []byte {
	b := append(make([]byte, 0, len(id)+1+len(store.Key{})), id[:]...)
	for _, k := range kinds {
		b = append(b, byte(k))
	}
	return b
}

func familyKey(e *entry) []byte { return append(familyPrefix(e.family, e.kind), e.key[:]...) }

func expiryKey(e *entry) []byte {
	until := e.expires
	if e.kind.spent() {
		until = until.Add(store.SpentRetention)
	}
	return removalKey(until, e.kind, e.key)
}

// removalKey is the key of an entry in bucketExpiry.
func removalKey(until time.Time, k kind, key store.Key) []byte {
	b := appendTime(make([]byte, 0, expirySize), until)
	return append(append(b, byte(k)), key[:]...)
}

// tail reads kind and key from the end of an index key, whose parts in between are skipped.
func tail(k []byte, between int) (kind, store.Key) {
	n := len(k) - len(store.Key{})
	return kind(k[n-between-1]), store.Key(k[n:])
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// appendTime sorts as time does: the sign of the seconds is turned round, so that times before 1970 come first.
func appendTime(b []byte, t time.Time) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(t.Unix())^1<<63)
	return binary.BigEndian.AppendUint32(b, uint32(t.Nanosecond()))
}
