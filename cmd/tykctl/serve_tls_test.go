package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// writeCertificate writes a new certificate of localhost and its key, one after the other, as renewal does.
func writeCertificate(t *testing.T, certFile, keyFile string) (pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	about := x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, &about, &about, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	chain := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for file, data := range map[string][]byte{certFile: chain, keyFile: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})} {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool = x509.NewCertPool()
	pool.AppendCertsFromPEM(chain)
	return pool
}

// TestTLS: APIs and admin API speak TLS, upstreams hear so, connections are upgraded, and a renewed certificate is shown without anybody asking for it;
// connections from before go on.
func TestTLS(t *testing.T) {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = conn.Close() }()
			fmt.Fprint(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
			_, _ = io.CopyN(conn, conn, 5)
			return
		}
		fmt.Fprint(w, r.Header.Get("X-Forwarded-Proto"))
	}))
	t.Cleanup(upstream.Close)
	t.Chdir(t.TempDir())
	writeFiles(t, map[string]string{
		"apis/a.yaml": keyless("a", upstream.URL),
		"tyk.conf":    `{"http_server_options": {"use_ssl": true, "certificates": [{"domain_name": "*", "cert_file": "cert.pem", "key_file": "key.pem"}]}, "app_path": "apis"}`,
	})
	first := writeCertificate(t, "cert.pem", "key.pem")
	s := serve(t, "--conf", "tyk.conf", "--store", "memory:", "--admin-listen", "127.0.0.1:0")
	if !strings.HasPrefix(s.url, "https://127.0.0.1:") {
		t.Fatalf("serving on %s", s.url)
	}
	client := func(pool *x509.CertPool) *http.Client {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
		t.Cleanup(transport.CloseIdleConnections)
		return &http.Client{Transport: transport}
	}
	get := func(c *http.Client, url string) (string, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
		if err != nil {
			return "", err
		}
		req.Header.Set("X-Tyk-Authorization", testSecret)
		resp, err := c.Do(req)
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		return fmt.Sprintf("%d %s", resp.StatusCode, body), err
	}
	old := client(first)
	if got, err := get(old, s.url+"/a/x"); err != nil || got != "200 https" {
		t.Errorf("%s, %v", got, err)
	}
	admin := regexp.MustCompile(`admin API on (https://\S+)`).FindStringSubmatch(s.log.String())
	if admin == nil {
		t.Fatal(s.log)
	}
	if got, err := get(old, admin[1]+"/tyk/apis"); err != nil || !strings.HasPrefix(got, "200 ") {
		t.Errorf("admin API: %s, %v", got, err)
	}
	upgrade(t, s.url, first)

	second := writeCertificate(t, "cert.pem", "key.pem")
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		got, err := get(client(second), s.url+"/a/x")
		if err == nil && got == "200 https" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the renewed certificate is not shown: %s, %v\n%s", got, err, s.log)
		}
	}
	if got, err := get(old, s.url+"/a/x"); err != nil || got != "200 https" {
		t.Errorf("a connection from before: %s, %v", got, err)
	}
	if _, err := get(client(first), s.url+"/a/x"); err == nil {
		t.Error("the former certificate is still shown")
	}

	// What is no certificate is not taken over, by a reload either.
	writeFiles(t, map[string]string{"cert.pem": "nonsense"})
	if got, err := get(client(second), admin[1]+"/tyk/reload"); err != nil || !strings.HasPrefix(got, "200 ") {
		t.Errorf("reload: %s, %v", got, err)
	}
	if !strings.Contains(s.log.String(), "certificates cannot be read, the former stay") {
		t.Errorf("the log does not say that the certificate is wrong:\n%s", s.log)
	}
	if got, err := get(client(second), s.url+"/a/x"); err != nil || got != "200 https" {
		t.Errorf("after a broken certificate: %s, %v", got, err)
	}
	plain, err := http.Get("http" + strings.TrimPrefix(s.url, "https") + "/a/x")
	if err == nil {
		plain.Body.Close()
		if plain.StatusCode == http.StatusOK {
			t.Error("plain HTTP is answered")
		}
	}
	old.CloseIdleConnections()
}

// upgrade sends five bytes through an upgraded connection and wants them back.
func upgrade(t *testing.T, url string, pool *x509.CertPool) {
	t.Helper()
	dialer := tls.Dialer{Config: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
	conn, err := dialer.DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "https://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(conn, "GET /a/x HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	in := bufio.NewReader(conn)
	resp, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	fmt.Fprint(conn, "hello")
	echo := make([]byte, 5)
	if _, err := io.ReadFull(in, echo); err != nil || string(echo) != "hello" || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Errorf("upgraded: %d, %q, %v", resp.StatusCode, echo, err)
	}
}
