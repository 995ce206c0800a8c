package main

import (
	"bufio"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"log"
	"os"
	"strings"
)

// users are hashes of passwords, by name. A real identity server has a directory in their place.
type users map[string]string

// readUsers reads lines of NAME HASH; a hash is what the flag -hash prints.
func readUsers(path string) (users, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	u := users{}
	for line := range strings.Lines(string(data)) {
		if name, hash, ok := strings.Cut(strings.TrimSpace(line), " "); ok && !strings.HasPrefix(name, "#") {
			u[name] = strings.TrimSpace(hash)
		}
	}
	return u, nil
}

// nobody is what the password of an unknown user is compared with, so that the answer takes as long as for a known one.
var nobody = hashOf("", make([]byte, 16))

// knows reports whether a password is the user's.
func (u users) knows(name, password string) bool {
	want, known := u[name]
	if !known {
		want = nobody
	}
	salt, _, _ := strings.Cut(want, ".")
	raw, err := base64.RawStdEncoding.DecodeString(salt)
	if err != nil {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(hashOf(password, raw)), []byte(want)) == 1 && known
}

// rounds is what OWASP asks of PBKDF2 with SHA-256. It is in the standard library; a program with more libraries takes Argon2id.
const rounds = 600_000

func hashOf(password string, salt []byte) string {
	key, err := pbkdf2.Key(sha256.New, password, salt, rounds, sha256.Size)
	if err != nil {
		panic(err) // the length is a constant
	}
	return base64.RawStdEncoding.EncodeToString(salt) + "." + base64.RawStdEncoding.EncodeToString(key)
}

func printHash() {
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if password := strings.TrimSuffix(line, "\n"); password != "" {
		salt := make([]byte, 16)
		rand.Read(salt) // never fails
		fmt.Println(hashOf(password, salt))
		return
	}
	log.Fatal("no password on standard input: ", err)
}
