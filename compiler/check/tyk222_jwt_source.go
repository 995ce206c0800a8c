package check

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

var _ = register(&Rule{
	Code:     "TYK222",
	Name:     "jwt-source",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "source holds no key and no URL of keys",
	Fix:      FixUnsafe,
	Check:    checkJWTSource,
})

func checkJWTSource(p *Pass) {
	for n := range p.jwtSettings() {
		if _, ok := known(n.Get("source")); ok {
			method, _ := text(n, "signingMethod")
			p.jwtSource(n.Get("source"), method == "rsa" || method == "ecdsa")
		}
	}
}

// jwtSource never shows the value: it may be a secret.
func (p *Pass) jwtSource(n source.Node, public bool) {
	if isWeb(n.Text()) {
		return
	}
	key, err := base64.StdEncoding.DecodeString(n.Text())
	switch {
	case err != nil && strings.Contains(n.Text(), "-----BEGIN"):
		d := p.Report(n.Pointer(), "source is a key as it stands in its file, expected it in base64")
		d.Hint = "encode the whole file in base64, with padding"
		if strings.Contains(n.Text(), "PUBLIC KEY") || strings.Contains(n.Text(), "CERTIFICATE") { // a report may hold what is to be written
			p.encode(d)
		}
	case err != nil:
		p.Report(n.Pointer(), "source is neither a URL nor base64: no token can be verified").
			Hint = "write the URL of a key set, or the key in base64"
	case public && !isWeb(string(key)) && !isPublicKey(key):
		p.Report(n.Pointer(), "source holds neither the URL of a key set nor a public key, which rsa and ecdsa need: no token can be verified").
			Hint = "encode the URL, or the PEM file of the public key, in base64"
	}
}

func isWeb(value string) bool {
	return strings.HasPrefix(value, "http://") || strings.HasPrefix(value, "https://")
}

// isPublicKey reports whether the gateway can find a public key in some bytes: in PEM, or what is inside of that.
func isPublicKey(key []byte) bool {
	if block, _ := pem.Decode(key); block != nil {
		return true
	}
	if _, err := x509.ParsePKIXPublicKey(key); err == nil {
		return true
	}
	_, err := x509.ParseCertificate(key)
	return err == nil
}
