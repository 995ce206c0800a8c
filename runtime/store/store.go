// Package store defines the durable records of the gateway and the promises that every store keeps. The stores themselves are
// the packages below it: memory, bolt. The contract that each must pass is package storetest.
//
// What a client may present (authorization codes, access tokens, refresh tokens, client secrets) is never stored: a record
// is found by the SHA-256 of the presented text (a Key), so a stolen store opens nothing.
//
// A write has happened, durably for a durable store, when the method returns nil. Codes and refresh tokens are consumed
// in the same write that stores what they are exchanged for: a crash between the two cannot exist.
package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"
)

// Sentinel errors. Any other error of a store means that the store itself failed; the caller answers 503 and must not
// conclude that a record is absent.
var (
	ErrNotFound = errors.New("store: no such record")
	ErrExists   = errors.New("store: record exists")
	ErrSpent    = errors.New("store: already used")
)

// Key names a secret by the SHA-256 of its text. Generated secrets have at least 128 random bits, so a plain hash
// cannot be searched.
type Key [sha256.Size]byte

// KeyOf returns the key of a presented secret.
func KeyOf(secret string) Key { return sha256.Sum256([]byte(secret)) }

// FamilyID names a token family: a grant and all the tokens that came from it (RFC 9700 §4.14). It is public: it opens nothing.
type FamilyID [16]byte

// Client is a client app: an OAuth client registered on one API. The same id may exist on several APIs with different data.
type Client struct {
	ID           string
	APIID        string
	Secrets      []Secret // hashed; empty for a public client
	RedirectURIs []string // compared byte by byte (RFC 9700 §4.1.3)
	PolicyID     string
	MetaData     []byte // JSON, handed to the session; nil when unset
	Description  string
	CreatedAt    time.Time
}

// Secret is one live secret of a client. A client has two while its secret is being rotated.
type Secret struct {
	Key       Key
	ExpiresAt time.Time // zero: never
}

// Code is an authorization code waiting to be exchanged (RFC 6749 §4.1.2).
type Code struct {
	Key                 Key
	APIID               string
	ClientID            string
	Family              FamilyID // of the tokens that it will be exchanged for
	RedirectURI         string   // as sent in the authorization request; empty when none was sent
	Scope               string
	CodeChallenge       string // RFC 7636; empty when the client sent none
	CodeChallengeMethod string
	KeyRules            []byte // the session the identity server chose, JSON; nil: the client's policy decides
	ExpiresAt           time.Time
}

// AccessToken is what a presented access token stands for.
type AccessToken struct {
	Key       Key
	APIID     string // the API which issued it
	ClientID  string
	Family    FamilyID
	Scope     string
	KeyRules  []byte   // as in Code
	PolicyIDs []string // what the client had when the token was issued; the policies themselves are those of today
	User      string   // whose password bought the token; empty for the other grants
	UserOrg   string   // the organisation in which User is a name
	IssuedAt  time.Time
	ExpiresAt time.Time
}

// RefreshToken is what a presented refresh token stands for.
type RefreshToken struct {
	Key       Key
	APIID     string
	ClientID  string
	Family    FamilyID
	Scope     string // the widest scope that a refreshed token may have (RFC 6749 §6)
	KeyRules  []byte
	PolicyIDs []string
	User      string
	UserOrg   string
	IssuedAt  time.Time
	ExpiresAt time.Time
}

// TokenPair is what one token response hands out, stored in one write. Refresh is nil when the grant yields none.
// Both tokens name the same API, client and family.
type TokenPair struct {
	Access  AccessToken
	Refresh *RefreshToken
	Notice  *Notice // to be delivered; nil: nobody wants to know
}

// Clients keeps client apps. Ids are compared byte by byte.
type Clients interface {
	// CreateClient stores a new client. ErrExists when the API has a client of that id.
	CreateClient(ctx context.Context, c *Client) error
	// UpdateClient lets change see and alter the stored client, and stores the result. Concurrent updates of one client happen one
	// after the other. An error of change is returned as it is, and nothing is stored. ErrNotFound when there is no such client.
	// ID, APIID and CreatedAt cannot be changed: what change does to them is ignored. Other writes may be waiting while change runs,
	// and a store may call it again on a newer record: it must be quick and must not call the store.
	UpdateClient(ctx context.Context, apiID, id string, change func(*Client) error) error
	// Client returns a client, or ErrNotFound. The record is shared: the caller must not modify it.
	Client(ctx context.Context, apiID, id string) (*Client, error)
	// Clients returns the clients of an API ordered by id; an API without clients has an empty list.
	Clients(ctx context.Context, apiID string) ([]*Client, error)
	// ClientAPIs returns the ids of the APIs that have a client of that id, in order; none is an empty list.
	ClientAPIs(ctx context.Context, clientID string) ([]string, error)
	// DeleteClient removes a client and, in the same write, its codes and every token of it on that API, spent ones too. A later
	// client of the same id inherits nothing. ErrNotFound when there is no such client.
	DeleteClient(ctx context.Context, apiID, id string) error
}

// Codes keeps authorization codes.
type Codes interface {
	// PutCode stores a new code. ErrNotFound when its client does not exist, so that nothing outlives DeleteClient; ErrExists when
	// the key is taken.
	PutCode(ctx context.Context, c *Code) error
	// Code returns an unused code without consuming it. ErrNotFound when there is none (expired ones are the caller's to judge by
	// ExpiresAt, but may be gone); *SpentError when it was redeemed.
	Code(ctx context.Context, key Key) (*Code, error)
}

// Tokens keeps access and refresh tokens by family. Every method that stores or consumes does all of its work in one write. A pair
// with a key that is taken is refused with ErrExists, and nothing is consumed.
type Tokens interface {
	// IssueTokens stores a pair that came from no code and no refresh token. ErrNotFound when its client does not exist, or the user whom it
	// names, so that nothing outlives DeleteClient and DeleteUser.
	IssueTokens(ctx context.Context, p *TokenPair) error
	// RedeemCode consumes a code and stores the pair, which names the code's API, client and family. Of any number of concurrent calls for one code exactly one succeeds; the others
	// get *SpentError. ErrNotFound when there is no such code.
	RedeemCode(ctx context.Context, code Key, p *TokenPair) error
	// RotateRefresh consumes a refresh token, ends the family's access tokens and stores the pair, which names the token's API, client
	// and family. Of any number of concurrent calls for one refresh token exactly one succeeds; the others get *SpentError.
	// ErrNotFound when there is no such token.
	RotateRefresh(ctx context.Context, refresh Key, p *TokenPair) error
	// AccessToken returns the record of a live access token, or ErrNotFound when it never was, was revoked or was swept. Expiry is the
	// caller's to judge by ExpiresAt. The record is shared: the caller must not modify it. It does not allocate when the
	// record is in memory.
	AccessToken(ctx context.Context, key Key) (*AccessToken, error)
	// RefreshToken returns an unused refresh token without consuming it. ErrNotFound, or *SpentError when it was rotated.
	RefreshToken(ctx context.Context, key Key) (*RefreshToken, error)
	// RevokeAccess ends one access token. Revoking an unknown one is no error (RFC 7009 §2.2).
	RevokeAccess(ctx context.Context, key Key) error
	// RevokeFamily ends every token and unused code of a family, now and for good: a pair of a revoked family that comes later through
	// RotateRefresh or RedeemCode is refused with ErrNotFound. What was spent stays spent. Revoking an unknown family is no error.
	RevokeFamily(ctx context.Context, id FamilyID) error
	// RevokeClient ends every token and unused code of a client on one API and returns how many access tokens that were. The client
	// stays, what was spent stays spent. Revoking an unknown client is no error.
	RevokeClient(ctx context.Context, apiID, clientID string) (int, error)
	// ClientTokens returns the access tokens of a client on one API that expire after now, ordered by expiry, then key.
	ClientTokens(ctx context.Context, apiID, clientID string, now time.Time) ([]*AccessToken, error)
}

// SpentError says that a code or refresh token was presented again. It is errors.Is(err, ErrSpent).
type SpentError struct {
	APIID    string
	ClientID string
	Family   FamilyID  // what came of it; the caller revokes it (RFC 6749 §4.1.2, RFC 9700 §4.14.2)
	At       time.Time // when it was consumed: the IssuedAt of the pair that consumed it
}

// Error returns ErrSpent's text: the record's details are for the caller, not for a log.
func (e *SpentError) Error() string { return ErrSpent.Error() }

// Is reports whether target is ErrSpent.
func (e *SpentError) Is(target error) bool { return target == ErrSpent }

// SpentRetention is how long a store remembers that a code or refresh token was used, counted from its expiry.
const SpentRetention = time.Hour

// APIKey is a key of the admin API (/tyk/keys): it opens the auth-token APIs that its session gives it access to.
type APIKey struct {
	Key       Key    // of the presented text
	Session   []byte // JSON, in the form of Tyk's session object; never holds a password
	CreatedAt time.Time
	ExpiresAt time.Time // zero: never
}

// APIKeys keeps keys.
type APIKeys interface {
	// PutKey stores a key, in the place of an earlier one of the same Key.
	PutKey(ctx context.Context, k *APIKey) error
	// APIKey returns a key, or ErrNotFound. Expiry is the caller's to judge. The record is shared: the caller must not modify it. It does
	// not allocate when the record is in memory.
	APIKey(ctx context.Context, key Key) (*APIKey, error)
	// APIKeys returns at most limit keys that come behind after, ordered by Key. The zero Key is before all.
	APIKeys(ctx context.Context, after Key, limit int) ([]*APIKey, error)
	// DeleteKey removes a key. ErrNotFound when there is none.
	DeleteKey(ctx context.Context, key Key) error
}

// User is a resource owner who proves himself with a name and a password (RFC 6749 §4.3). A user's name opens nothing by itself.
type User struct {
	OrgID        string
	Name         string
	PasswordHash string // PHC string: Argon2id, or bcrypt as Tyk writes it
	Session      []byte // JSON, as of an APIKey
	FromFile     bool   // of the users file, which takes it away again
	CreatedAt    time.Time
}

// Users keeps users. Names are compared byte by byte, within an organisation.
type Users interface {
	// PutUser stores a user, in the place of an earlier one of that organisation and name, whose tokens stay.
	PutUser(ctx context.Context, u *User) error
	// User returns a user, or ErrNotFound. The record is shared.
	User(ctx context.Context, orgID, name string) (*User, error)
	// Users returns the users of all organisations, ordered by organisation, then name.
	Users(ctx context.Context) ([]*User, error)
	// DeleteUser removes a user and, in the same write, every token that can be used and that the user's password has bought. ErrNotFound
	// when there is none. What was spent stays spent.
	DeleteUser(ctx context.Context, orgID, name string) error
}

// Policies keeps the policies that came through the admin API. Those of files are in the plan.
type Policies interface {
	// PutPolicy stores a policy, in the place of an earlier one of that id: JSON, as Tyk writes it.
	PutPolicy(ctx context.Context, id string, policy []byte) error
	// Policies returns all policies by id. The map and what it has are shared: the caller must not modify them.
	Policies(ctx context.Context) (map[string][]byte, error)
	// DeletePolicy removes a policy. ErrNotFound when there is none.
	DeletePolicy(ctx context.Context, id string) error
}

// Quota is the state of one counted quota.
type Quota struct {
	Used   int64     // requests of the period, those lent out included
	Renews time.Time // when the period ends; zero: never
}

// Counters keeps quotas. Requests are lent in portions, so that not every request is a write: what has been lent counts as used until it is
// given back, also after a crash, so that never more than the limit passes.
type Counters interface {
	// Lend counts up to want requests of a quota of limit requests a period, as many as there are left, and returns how many that were, and
	// the state afterwards. The first loan begins a period; a period that is over at now begins anew. A period of 0 never ends. A period under
	// way ends no later than period from now: that is how a period which was made shorter is felt. Nothing lent begins nothing.
	Lend(ctx context.Context, key Key, want, limit int64, period time.Duration, now time.Time) (lent int64, q Quota, err error)
	// GiveBack returns what was lent and not used, unless its period, told by Renews, is over: another one has begun, or ResetQuota was called.
	// A quota never has less than nothing used.
	GiveBack(ctx context.Context, key Key, unused int64, renews time.Time) error
	// Quota returns the state as the last loan left it, be its period over or not; the zero Quota when nothing has been counted.
	Quota(ctx context.Context, key Key) (Quota, error)
	// ResetQuota forgets what was counted: the next loan begins a period. An unknown quota is no error.
	ResetQuota(ctx context.Context, key Key) error
}

// Notice is a notification that waits for its delivery. It holds tokens, so a durable store encrypts Body at rest, with a key that is not in the
// same file, and forgets it once it is delivered or given up.
type Notice struct {
	ID        uint64 // given by the store, rising
	APIID     string
	Family    FamilyID // notices of one family are delivered in order
	Kind      string   // "new" or "refresh"
	ClientID  string
	Body      []byte // nil when it cannot be read any more, because its key is gone: such a notice can only be given up
	CreatedAt time.Time
	Attempts  int       // that failed
	NextAt    time.Time // not before; a new one may leave it zero, which is CreatedAt
	LastError string    // of the last attempt: a status or a reason, never a body
}

// Outbox keeps notices until they are delivered. They get in with the tokens that they are about (TokenPair.Notice), in the same write: there is
// no notice of a token that was not issued, and none is missing. A notice outlives its token, its family and its client.
type Outbox interface {
	// DueNotices returns at most limit notices whose time has come, of each family only the oldest, ordered by id. When more are due, those
	// come that have been due for longest.
	DueNotices(ctx context.Context, now time.Time, limit int) ([]*Notice, error)
	// Notices returns at most limit waiting notices after an id, without their bodies, for people to look at, ordered by id.
	Notices(ctx context.Context, after uint64, limit int) ([]*Notice, error)
	// RetryNotice notes a failed attempt. ErrNotFound when there is no such notice.
	RetryNotice(ctx context.Context, id uint64, at time.Time, reason string) error
	// DropNotice forgets a notice that was delivered or given up. An unknown one is no error.
	DropNotice(ctx context.Context, id uint64) error
}

// Store is all of it. A consumer asks for the parts it uses. Methods are safe for concurrent use; records passed in are
// copied, never kept; records returned are shared, and the caller must not modify them.
//
// A method that writes looks at its context before the write begins. A write that has begun is waited for: an error of the
// context means that nothing was written.
type Store interface {
	Clients
	Codes
	Tokens
	APIKeys
	Users
	Policies
	Counters
	Outbox
	// Ping tells whether the store can write, for readiness.
	Ping(ctx context.Context) error
	// Sweep removes what expired before now, at most limit records, and returns how many it removed: codes and tokens (those that are spent
	// SpentRetention later), keys, and quotas whose period is over. The caller calls again while it returns limit.
	Sweep(ctx context.Context, now time.Time, limit int) (int, error)
	// Close waits for the writes under way and releases the store; later writes fail. A second call is no error.
	Close() error
}
