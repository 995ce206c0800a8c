package certs_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tykctl/tykctl/cmd/internal/certs"
)

// issue writes a new certificate for a name, and its key.
func issue(t *testing.T, name, certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	about := x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, &about, &about, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	add := func(file, kind string, bytes []byte) {
		f, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if err := pem.Encode(f, &pem.Block{Type: kind, Bytes: bytes}); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{certFile, keyFile} {
		if err := os.Remove(file); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	add(certFile, "CERTIFICATE", der)
	add(keyFile, "PRIVATE KEY", private)
}

// shown is the serial number of the certificate that a client is shown, or "" and why there is none.
func shown(k *certs.Keeper, least uint16, client *tls.Config) (serial string, err error) {
	near, far := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = tls.Server(far, k.Config(least)).Handshake()
		_ = far.Close()
	}()
	client.InsecureSkipVerify = true
	conn := tls.Client(near, client)
	err = conn.Handshake()
	_ = near.Close()
	<-done
	if err != nil {
		return "", err
	}
	return conn.ConnectionState().PeerCertificates[0].SerialNumber.String(), nil
}

func TestKeeper(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("b", 0o700); err != nil {
		t.Fatal(err)
	}
	issue(t, "a.example.com", "a.pem", "a.key")
	both := filepath.Join("b", "b.pem")
	issue(t, "b.example.com", both, both)
	k, err := certs.Load([]certs.Pair{{Cert: "a.pem", Key: "a.key"}, {Cert: both, Key: both}})
	if err != nil {
		t.Fatal(err)
	}
	see := func(name string) string {
		t.Helper()
		serial, err := shown(k, 0, &tls.Config{ServerName: name})
		if err != nil {
			t.Fatal(err)
		}
		return serial
	}
	a, b := see("a.example.com"), see("b.example.com")
	if a == b || see("elsewhere.example.com") != a || see("") != a {
		t.Error("names do not choose the certificate")
	}
	if changed, err := k.Reload(); changed || err != nil || see("a.example.com") != a {
		t.Errorf("the same again: %v, %v", changed, err)
	}

	issue(t, "b.example.com", both, both)
	if changed, err := k.Reload(); !changed || err != nil || see("b.example.com") == b || see("a.example.com") != a {
		t.Errorf("another one: %v, %v", changed, err)
	}
	b = see("b.example.com")

	// What is wrong changes nothing, also not what is right beside it.
	issue(t, "b.example.com", both, both)
	if err := os.WriteFile("a.pem", []byte("half a"), 0o600); err != nil {
		t.Fatal(err)
	}
	if changed, err := k.Reload(); changed || err == nil || see("a.example.com") != a || see("b.example.com") != b {
		t.Errorf("a broken one: %v, %v", changed, err)
	}
	if left := time.Until(k.NotAfter()); left < 50*time.Minute || left > time.Hour {
		t.Errorf("expires in %s", left)
	}
	if dirs := k.Dirs(); len(dirs) != 2 || dirs[0] != "." || dirs[1] != "b" {
		t.Errorf("directories %q", dirs)
	}
	if _, err := certs.Load([]certs.Pair{{Cert: "a.pem", Key: "a.key"}}); err == nil {
		t.Error("a broken certificate is taken")
	}
}

func TestLeastVersion(t *testing.T) {
	t.Chdir(t.TempDir())
	issue(t, "a.example.com", "a.pem", "a.key")
	k, err := certs.Load([]certs.Pair{{Cert: "a.pem", Key: "a.key"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		least, speaks uint16
		fine          bool
	}{
		{0, tls.VersionTLS11, false},
		{0, tls.VersionTLS12, true},
		{0, tls.VersionTLS13, true},
		{tls.VersionTLS10, tls.VersionTLS11, false},
		{tls.VersionTLS13, tls.VersionTLS12, false},
		{tls.VersionTLS13, tls.VersionTLS13, true},
	} {
		_, err := shown(k, tt.least, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tt.speaks})
		if (err == nil) != tt.fine {
			t.Errorf("least %x, spoken %x: %v", tt.least, tt.speaks, err)
		}
	}
}
