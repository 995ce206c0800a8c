package password

import (
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
)

// What a hash from elsewhere may ask for. It is more than twice of what is recommended anywhere, and still no way to take the gateway down.
const (
	maxMemoryKiB  = 64 << 10
	maxPasses     = 16
	maxLanes      = 8
	maxWork       = 512 << 10 // memory times passes, KiB
	maxBcryptCost = 14
	minSize       = 8 // of salt and of hash, in bytes
	maxSize       = 64
)

// params is a decoded PHC string of Argon2id: $argon2id$v=19$m=19456,t=2,p=1$SALT$HASH.
type params struct {
	memory uint32 // KiB
	passes uint32
	lanes  uint8
	salt   []byte
	hash   []byte
}

// String encodes p; parse reads it.
func (p *params) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.passes, p.lanes, b64.EncodeToString(p.salt), b64.EncodeToString(p.hash))
}

func parse(s string) (*params, error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return nil, ErrHash
	}
	p := &params{}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); err != nil {
		return nil, ErrHash
	}
	var err error
	if p.salt, err = base64.RawStdEncoding.Strict().DecodeString(parts[4]); err != nil {
		return nil, ErrHash
	}
	if p.hash, err = base64.RawStdEncoding.Strict().DecodeString(parts[5]); err != nil {
		return nil, ErrHash
	}
	if !p.sane() || p.String() != s { // one spelling, so nothing that Sscanf was lenient about
		return nil, ErrHash
	}
	return p, nil
}

func (p *params) sane() bool {
	return p.passes >= 1 && p.passes <= maxPasses && p.lanes >= 1 && p.lanes <= maxLanes &&
		p.memory >= 8*uint32(p.lanes) && p.memory <= maxMemoryKiB && p.memory*p.passes <= maxWork &&
		len(p.salt) >= minSize && len(p.salt) <= maxSize && len(p.hash) >= minSize*2 && len(p.hash) <= maxSize
}

func isBcrypt(hash string) bool { return strings.HasPrefix(hash, "$2") }

func checkBcrypt(hash string) error {
	cost, err := bcrypt.Cost([]byte(hash))
	if err != nil || cost > maxBcryptCost || len(hash) != 60 {
		return ErrHash
	}
	return nil
}
