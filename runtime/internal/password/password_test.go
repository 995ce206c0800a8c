package password

import (
	"context"
	"errors"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

func TestHashIsVerifiedByItsPasswordAlone(t *testing.T) {
	hash, err := Hash("correct horse")
	if err != nil {
		t.Fatal(err)
	}
	again, err := Hash("correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if hash == again {
		t.Error("two hashes of one password are equal: no salt")
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("parameters: %s", hash)
	}
	if err := Check(hash); err != nil {
		t.Error(err)
	}
	for password, want := range map[string]bool{"correct horse": true, "correct hors": false, "Correct horse": false, "": false, "correct horse\x00": false} {
		if got, err := Verify(t.Context(), hash, password); got != want || err != nil {
			t.Errorf("Verify(%q) = %v, %v; want %v", password, got, err, want)
		}
	}
}

func TestVerifyReadsWhatOthersWrote(t *testing.T) {
	cheap, err := bcrypt.GenerateFromPassword([]byte("secret"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		// Of the reference implementation: echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1 -l 32
		"argon2 command":  "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"bcrypt, 2a":      string(cheap),
		"bcrypt, php, 2y": "$2y$" + strings.TrimPrefix(string(cheap), "$2a$"),
	}
	for name, hash := range tests {
		password := "secret"
		if name == "argon2 command" {
			password = "password"
		}
		if ok, err := Verify(t.Context(), hash, password); !ok || err != nil {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
		if ok, err := Verify(t.Context(), hash, "other"); ok || err != nil {
			t.Errorf("%s: another password: %v, %v", name, ok, err)
		}
	}
}

func TestNobodyIsNeverVerified(t *testing.T) {
	for _, password := range []string{"", "x"} {
		if ok, err := Verify(t.Context(), "", password); ok || err != nil {
			t.Errorf("%q: %v, %v", password, ok, err)
		}
	}
}

func TestLongPasswords(t *testing.T) {
	longest := strings.Repeat("a", MaxLength)
	hash, err := Hash(longest)
	if err != nil {
		t.Fatal(err)
	}
	if ok, _ := Verify(t.Context(), hash, longest); !ok {
		t.Error("the longest password is refused")
	}
	if ok, _ := Verify(t.Context(), hash, longest+"a"); ok {
		t.Error("a password longer than that was cut and accepted")
	}
	if _, err := Hash(longest + "a"); err == nil {
		t.Error("a password that nobody can log in with was hashed")
	}
	if _, err := Hash(""); err == nil {
		t.Error("an empty password was hashed")
	}
}

func TestHashesOutOfLimitsAreRefused(t *testing.T) {
	const tail = "$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	for name, hash := range map[string]string{
		"plain text":        "password",
		"memory":            "$argon2id$v=19$m=4194304,t=1,p=1" + tail,
		"passes":            "$argon2id$v=19$m=8,t=4000000,p=1" + tail,
		"memory and passes": "$argon2id$v=19$m=65536,t=16,p=1" + tail,
		"no passes":         "$argon2id$v=19$m=65536,t=0,p=1" + tail,
		"lanes":             "$argon2id$v=19$m=65536,t=2,p=255" + tail,
		"overflowing lanes": "$argon2id$v=19$m=65536,t=2,p=257" + tail,
		"argon2i":           "$argon2i$v=19$m=65536,t=2,p=1" + tail,
		"old version":       "$argon2id$v=16$m=65536,t=2,p=1" + tail,
		"no version":        "$argon2id$m=65536,t=2,p=1" + tail,
		"rest in a group":   "$argon2id$v=19$m=65536,t=2,p=1,x=1" + tail,
		"signed":            "$argon2id$v=19$m=+65536,t=2,p=1" + tail,
		"short hash":        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFh",
		"no salt":           "$argon2id$v=19$m=65536,t=2,p=1$$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"padding":           "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ=$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"bcrypt cost":       "$2a$31$abcdefghijklmnopqrstuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu",
		"cut bcrypt":        "$2a$04$abcdefghijklmnopqrstuu",
	} {
		if err := Check(hash); !errors.Is(err, ErrHash) {
			t.Errorf("%s: Check: %v", name, err)
		}
		if ok, err := Verify(t.Context(), hash, "password"); ok || !errors.Is(err, ErrHash) {
			t.Errorf("%s: Verify: %v, %v", name, ok, err)
		}
	}
}

func TestComparisonsAtOnceAreBounded(t *testing.T) {
	var releases []func()
	for range slotCount {
		release, err := acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		releases = append(releases, release)
	}
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	for range maxWaiting {
		go func() {
			_, err := Verify(ctx, "", "x")
			left <- err
		}()
	}
	for waiting.Load() < slotCount+maxWaiting {
		select {
		case err := <-left:
			t.Fatalf("one that may wait did not: %v", err)
		default:
		}
	}
	if _, err := Verify(t.Context(), "", "x"); !errors.Is(err, ErrBusy) {
		t.Errorf("one more: %v", err)
	}
	cancel()
	for range maxWaiting {
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("a waiting one that was cancelled: %v", err)
		}
	}
	for _, release := range releases {
		release()
	}
	if n := waiting.Load(); n != 0 {
		t.Errorf("%d still counted", n)
	}
	if _, err := Verify(t.Context(), "", "x"); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// TestNoCostsTheSame counts hashes, because clocks lie: a no is one of each kind, a yes one.
func TestNoCostsTheSame(t *testing.T) {
	own, err := Hash("correct horse")
	if err != nil {
		t.Fatal(err)
	}
	crypt, err := bcrypt.GenerateFromPassword([]byte("correct horse"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	for name, hash := range map[string]string{"own": own, "bcrypt": string(crypt), "nobody": "", "unreadable": "x", "unreadable bcrypt": "$2a$99$"} {
		for _, password := range []string{"wrong", strings.Repeat("x", 2*MaxLength)} {
			before := Computed()
			if ok, _ := Verify(t.Context(), hash, password); ok || Computed()-before != 2 {
				t.Errorf("%s: %v after %d hashes", name, ok, Computed()-before)
			}
		}
	}
	if err := bcrypt.CompareHashAndPassword([]byte(decoyBcrypt), []byte("x")); !errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		t.Errorf("the bcrypt decoy is not computed: %v", err)
	}
	if err := checkBcrypt(decoyBcrypt); err != nil {
		t.Error(err)
	}
}

// TestBcryptIsNotCut: bcrypt alone would take a password for right whose first 72 bytes are.
func TestBcryptIsNotCut(t *testing.T) {
	long := strings.Repeat("x", 128)
	hash, err := bcrypt.GenerateFromPassword([]byte(long[:72]), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]bool{71: false, 72: true, 73: false, 128: false} {
		if ok, err := Verify(t.Context(), string(hash), long[:n]); ok != want || err != nil {
			t.Errorf("%d bytes: %v, %v", n, ok, err)
		}
	}
}
