package bolt

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tykctl/tykctl/runtime/store"
)

var (
	drawString  = rapid.StringN(-1, 40, 200)
	drawBytes   = rapid.OneOf(rapid.Just([]byte(nil)), rapid.Just([]byte{}), rapid.SliceOfN(rapid.Byte(), 1, 300))
	drawStrings = rapid.OneOf(rapid.Just([]string(nil)), rapid.SliceOfN(drawString, 1, 3))
	drawTime    = rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "zero") {
			return time.Time{}
		}
		return time.Unix(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns"))
	})
)

func drawKey(t *rapid.T) store.Key {
	return store.Key(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "key"))
}

func drawFamily(t *rapid.T) store.FamilyID {
	return store.FamilyID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "family"))
}

// roundTrip expects that decode gives back what was encoded, and an error for anything shorter or longer.
func roundTrip[T any](t *rapid.T, want *T, value []byte, decode func([]byte) (*T, error)) {
	got, err := decode(bytes.Clone(value))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatal(d)
	}
	for n := range value {
		if _, err := decode(value[:n]); err == nil {
			t.Fatalf("%d bytes of %d are accepted", n, len(value))
		}
	}
	if _, err := decode(append(value, 0)); err == nil {
		t.Fatal("a record with something behind it is accepted")
	}
}

func TestRecords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := drawKey(t)
		a := &store.AccessToken{
			Key: key, APIID: drawString.Draw(t, "api"), ClientID: drawString.Draw(t, "client"), Family: drawFamily(t),
			Scope: drawString.Draw(t, "scope"), KeyRules: drawBytes.Draw(t, "rules"),
			PolicyIDs: drawStrings.Draw(t, "policies"), User: drawString.Draw(t, "user"), UserOrg: drawString.Draw(t, "org"),
			IssuedAt: drawTime.Draw(t, "issued"), ExpiresAt: drawTime.Draw(t, "expires"),
		}
		if a.User == "" {
			a.UserOrg = ""
		}
		r := store.RefreshToken(*a)
		roundTrip(t, a, encodeAccess(a).value, func(b []byte) (*store.AccessToken, error) { return decodeAccess(key, b) })
		roundTrip(t, &r, encodeRefresh(&r).value, func(b []byte) (*store.RefreshToken, error) { return decodeRefresh(key, b) })

		c := &store.Code{
			Key: key, APIID: a.APIID, ClientID: a.ClientID, Family: a.Family, RedirectURI: drawString.Draw(t, "uri"), Scope: a.Scope,
			CodeChallenge: drawString.Draw(t, "challenge"), CodeChallengeMethod: drawString.Draw(t, "method"),
			KeyRules: a.KeyRules, ExpiresAt: a.ExpiresAt,
		}
		roundTrip(t, c, encodeCode(c).value, func(b []byte) (*store.Code, error) { return decodeCode(key, b) })

		cl := &store.Client{
			ID: a.ClientID, APIID: a.APIID, PolicyID: drawString.Draw(t, "policy"), MetaData: drawBytes.Draw(t, "meta"),
			Description: drawString.Draw(t, "description"), CreatedAt: drawTime.Draw(t, "created"),
			RedirectURIs: rapid.SliceOfN(drawString, 1, 3).Draw(t, "uris"),
			Secrets:      []store.Secret{{Key: key, ExpiresAt: drawTime.Draw(t, "secret")}, {Key: key}},
		}
		roundTrip(t, cl, encodeClient(cl), decodeClient)
	})
}

// TestDamagedRecords: whatever the bytes are, decoding ends with a record or an error.
func TestDamagedRecords(t *testing.T) {
	good := encodeCode(&store.Code{APIID: "api", ClientID: "client", Scope: "read", KeyRules: []byte("{}")}).value
	rapid.Check(t, func(t *rapid.T) {
		b := bytes.Clone(good)
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
		_, _ = decodeCode(store.Key{}, b)
		_, _ = decodeClient(b)
		_, _ = decodeAccess(store.Key{}, b)
		_, _, _ = decodeHead(store.Key{}, b)
		_, _ = decodeAPIKey(make([]byte, len(store.Key{})), b)
		_, _ = decodeUser(b, b)
		_, _ = decodeNotice(noticeID(1), b)
	})
}

// TestOtherRecords: of what belongs to no client.
func TestOtherRecords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := &store.APIKey{
			Key: drawKey(t), Session: drawBytes.Draw(t, "session"), CreatedAt: drawTime.Draw(t, "created"), ExpiresAt: drawTime.Draw(t, "expires"),
		}
		roundTrip(t, k, encodeAPIKey(k), func(b []byte) (*store.APIKey, error) { return decodeAPIKey(k.Key[:], b) })

		u := &store.User{
			OrgID: drawString.Draw(t, "org"), Name: drawString.Draw(t, "name"), PasswordHash: drawString.Draw(t, "hash"),
			Session: k.Session, FromFile: rapid.Bool().Draw(t, "file"), CreatedAt: k.CreatedAt,
		}
		name := userID{u.OrgID, u.Name}.userKey()
		roundTrip(t, u, encodeUser(u), func(b []byte) (*store.User, error) { return decodeUser(name, b) })

		n := &store.Notice{
			ID: rapid.Uint64().Draw(t, "id"), APIID: u.OrgID, Family: drawFamily(t), Kind: u.PasswordHash, ClientID: u.Name, Body: k.Session,
			CreatedAt: k.CreatedAt, Attempts: rapid.IntRange(0, 1<<40).Draw(t, "attempts"), NextAt: k.ExpiresAt, LastError: u.Name,
		}
		roundTrip(t, n, encodeNotice(n), func(b []byte) (*store.Notice, error) { return decodeNotice(noticeID(n.ID), b) })
	})
}

// TestTimesSort: the indexes depend on it.
func TestTimesSort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawTime.Draw(t, "a"), drawTime.Draw(t, "b")
		if got := bytes.Compare(appendTime(nil, a), appendTime(nil, b)); got != a.Compare(b) {
			t.Fatalf("%v and %v compare as %d", a, b, got)
		}
	})
}
