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
	KeyRules  []byte // as in Code
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
	IssuedAt  time.Time
	ExpiresAt time.Time
}

// TokenPair is what one token response hands out, stored in one write. Refresh is nil when the grant yields none.
// Both tokens name the same API, client and family.
type TokenPair struct {
	Access  AccessToken
	Refresh *RefreshToken
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
	// IssueTokens stores a pair that came from no code and no refresh token. ErrNotFound when its client does not exist, so that
	// nothing outlives DeleteClient.
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

// Store is all of it. A consumer asks for the parts it uses. Methods are safe for concurrent use; records passed in are
// copied, never kept; records returned are shared, and the caller must not modify them.
//
// A method that writes looks at its context before the write begins. A write that has begun is waited for: an error of the
// context means that nothing was written.
type Store interface {
	Clients
	Codes
	Tokens
	// Ping tells whether the store can write, for readiness.
	Ping(ctx context.Context) error
	// Sweep removes what expired before now (spent markers SpentRetention later), at most limit records, and returns how
	// many it removed. The caller calls again while it returns limit.
	Sweep(ctx context.Context, now time.Time, limit int) (int, error)
	// Close waits for the writes under way and releases the store; later writes fail. A second call is no error.
	Close() error
}
