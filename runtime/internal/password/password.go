// Package password hashes and compares what people choose: passwords of resource owners. What is generated is found by its SHA-256
// instead (store.Key), because it cannot be guessed.
//
// A hash is a PHC string of Argon2id (RFC 9106). bcrypt is read, as Tyk Gateway writes it, and never written. What one comparison costs and
// how many run at once is bounded, whatever a hash says and whoever asks.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"sync/atomic"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
)

// Sentinel errors. Neither tells anything about a password.
var (
	// ErrBusy: too many comparisons wait already. The caller answers 503; it must not take the password for wrong.
	ErrBusy = errors.New("too many passwords are being compared")
	// ErrHash: what is stored is no hash that this package reads, or one that would cost too much. Nobody can log in with it.
	ErrHash = errors.New("not an Argon2id PHC string nor a bcrypt hash within limits")
)

// MaxLength is the length of the longest password, in bytes. A longer one is wrong.
const MaxLength = 1024

// What Hash writes: the parameters of OWASP's Password Storage Cheat Sheet for Argon2id.
const (
	memoryKiB = 19 << 10
	passes    = 2
	lanes     = 1
	saltSize  = 16
	hashSize  = 32
)

// How many comparisons run at once, so how much memory they take: slotCount times maxMemoryKiB at worst. maxWaiting more may wait, about a
// second's worth of work.
const (
	slotCount  = 4
	maxWaiting = 64
)

// The limit is the process's, because its memory is.
var (
	slots   = make(chan struct{}, slotCount)
	waiting atomic.Int32
)

// Hash returns the PHC string of a password, with a salt of its own.
func Hash(password string) (string, error) {
	if password == "" || len(password) > MaxLength {
		return "", errors.New("a password has 1 to 1024 bytes")
	}
	salt := make([]byte, saltSize)
	rand.Read(salt) // never fails
	p := params{memory: memoryKiB, passes: passes, lanes: lanes, salt: salt}
	p.hash = p.key(password, hashSize)
	return p.String(), nil
}

// Check says whether Verify can read a hash. Nothing is computed.
func Check(hash string) error {
	if isBcrypt(hash) {
		return checkBcrypt(hash)
	}
	_, err := parse(hash)
	return err
}

// Verify reports whether a password is the one of a hash. For a user who does not exist the caller hands over an empty hash: the answer is no.
// A no costs one Argon2id and one bcrypt, whatever the hash is, so that its time does not tell who exists, nor how his password is kept.
// Errors are ErrBusy, ErrHash and those of ctx.
func Verify(ctx context.Context, hash, password string) (bool, error) {
	release, err := acquire(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	long := len(password) > MaxLength
	if long {
		password = password[:MaxLength]
	}
	same, err := compare(hash, password)
	return same && !long, err
}

// compare computes what a hash needs, and for a no the other kind, too.
func compare(hash, password string) (bool, error) {
	if isBcrypt(hash) {
		err := checkBcrypt(hash)
		if err == nil && sameBcrypt(hash, password) {
			return true, nil
		}
		if err != nil {
			sameBcrypt(decoyBcrypt, password)
		}
		decoy.key(password, hashSize)
		return false, err
	}
	p, err := parse(hash)
	switch {
	case err != nil:
		decoy.key(password, hashSize)
	case subtle.ConstantTimeCompare(p.hash, p.key(password, len(p.hash))) == 1:
		return true, nil
	}
	sameBcrypt(decoyBcrypt, password)
	if hash == "" {
		err = nil
	}
	return false, err
}

// sameBcrypt compares with a bcrypt hash. bcrypt looks at 72 bytes: a longer password was never one, and is not cut to one.
func sameBcrypt(hash, password string) bool {
	computed.Add(1)
	return bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)) == nil && len(password) <= bcryptLength
}

const bcryptLength = 72

// The decoys are what a no computes beside the hash, or in its place: as costly as what Hash writes, and what Tyk does. Nobody knows a text
// that decoyBcrypt is the hash of.
var decoy = params{memory: memoryKiB, passes: passes, lanes: lanes, salt: make([]byte, saltSize)}

const decoyBcrypt = "$2a$10$tykctl.decoy.salt.....O123456789012345678901234567890"

// computed counts hashes.
var computed atomic.Uint64

// Computed returns how many hashes this process has computed, for those who want to know what an answer has cost.
func Computed() uint64 { return computed.Load() }

// acquire waits for one's turn. The returned function ends it.
func acquire(ctx context.Context) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if waiting.Add(1) > maxWaiting+slotCount {
		waiting.Add(-1)
		return nil, ErrBusy
	}
	select {
	case slots <- struct{}{}:
		return func() { <-slots; waiting.Add(-1) }, nil
	case <-ctx.Done():
		waiting.Add(-1)
		return nil, ctx.Err()
	}
}

func (p *params) key(password string, size int) []byte {
	computed.Add(1)
	return argon2.IDKey([]byte(password), p.salt, p.passes, p.memory, p.lanes, uint32(size))
}
