// Package certs holds the certificates of a TLS listener, and takes over new ones while it serves. Which of several a client is shown is up to the
// name that it asks for.
package certs

import (
	"crypto/tls"
	"fmt"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"
)

// Pair names the PEM files of a certificate, with those of its issuers, and of its key. Both may be in one file.
type Pair struct {
	Cert string
	Key  string
}

// Keeper holds certificates.
type Keeper struct {
	pairs   []Pair
	current atomic.Pointer[[]tls.Certificate]
}

// Load reads the certificates, of which there is one at least.
func Load(pairs []Pair) (*Keeper, error) {
	k := &Keeper{pairs: pairs}
	list, err := k.read()
	if err != nil {
		return nil, err
	}
	k.current.Store(&list)
	return k, nil
}

func (k *Keeper) read() ([]tls.Certificate, error) {
	list := make([]tls.Certificate, len(k.pairs))
	for i, p := range k.pairs {
		var err error
		if list[i], err = tls.LoadX509KeyPair(p.Cert, p.Key); err != nil {
			return nil, fmt.Errorf("certificate %s with key %s: %w", p.Cert, p.Key, err)
		}
	}
	return list, nil
}

// Reload reads the certificates again and reports whether they are others. With an error the former ones stay, all of them.
func (k *Keeper) Reload() (changed bool, err error) {
	list, err := k.read()
	if err != nil {
		return false, err
	}
	before := k.current.Swap(&list)
	same := slices.EqualFunc(*before, list, func(a, b tls.Certificate) bool {
		return slices.EqualFunc(a.Certificate, b.Certificate, slices.Equal[[]byte])
	})
	return !same, nil
}

// Config is for a listener that speaks no version of TLS below least.
func (k *Keeper) Config(least uint16) *tls.Config {
	return &tls.Config{MinVersion: max(least, tls.VersionTLS12), GetCertificate: k.choose, NextProtos: []string{"http/1.1"}}
}

// choose returns the first certificate that the client can do with, or else the first.
func (k *Keeper) choose(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	list := *k.current.Load()
	for i := range list {
		if hello.SupportsCertificate(&list[i]) == nil {
			return &list[i], nil
		}
	}
	return &list[0], nil
}

// NotAfter is when the first of the certificates expires.
func (k *Keeper) NotAfter() time.Time {
	var first time.Time
	for _, c := range *k.current.Load() {
		if first.IsZero() || c.Leaf.NotAfter.Before(first) {
			first = c.Leaf.NotAfter
		}
	}
	return first
}

// Dirs are the directories that the files are in.
func (k *Keeper) Dirs() []string {
	var dirs []string
	for _, p := range k.pairs {
		dirs = append(dirs, filepath.Dir(p.Cert), filepath.Dir(p.Key))
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}
