package oauth

import (
	"encoding/binary"
	"io"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

// A family's id begins with the time of its grant, as a UUID of version 7 does (RFC 9562 §5.7), so that its age is known without another record.
// The rest is random.
const familyTimeBytes = 6

// newFamily returns the id of a token family that begins now.
func (s *Server) newFamily(now time.Time) (id store.FamilyID, err error) {
	if _, err := io.ReadFull(s.opt.Rand, id[familyTimeBytes:]); err != nil {
		return id, err
	}
	var millis [8]byte
	binary.BigEndian.PutUint64(millis[:], uint64(now.UnixMilli()))
	copy(id[:familyTimeBytes], millis[8-familyTimeBytes:])
	return id, nil
}

// beginning returns when a family began.
func beginning(id store.FamilyID) time.Time {
	var millis [8]byte
	copy(millis[8-familyTimeBytes:], id[:familyTimeBytes])
	return time.UnixMilli(int64(binary.BigEndian.Uint64(millis[:])))
}

// refreshUntil returns when a refresh token expires that is issued now.
func (s *Server) refreshUntil(id store.FamilyID, now time.Time) time.Time {
	until := now.Add(s.opt.RefreshTTL)
	if s.opt.FamilyTTL > 0 {
		if end := beginning(id).Add(s.opt.FamilyTTL); end.Before(until) {
			return end
		}
	}
	return until
}
