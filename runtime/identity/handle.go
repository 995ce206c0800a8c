package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
)

// request is what a page keeps of an authorization request: all of its parameters, so that state and code challenge survive.
type request struct {
	API     string            `json:"api"`
	Params  map[string]string `json:"params"`
	Expires int64             `json:"expires"` // Unix seconds
}

var errHandle = errors.New("not a request of an open page of this browser")

// seal writes a request as text that open alone reads, in the same browser and until it expires. Anybody can read it; nobody can change it.
func (s *Server) seal(r request, browser string) (string, error) {
	r.Expires = s.opt.Now().Add(pageTTL).Unix()
	body, err := json.Marshal(r)
	if err != nil {
		return "", err
	}
	b64 := base64.RawURLEncoding
	return b64.EncodeToString(body) + "." + b64.EncodeToString(s.sign(body, browser)), nil
}

// open reads what seal has written.
func (s *Server) open(text, apiID, browser string) (request, error) {
	var r request
	first, second, _ := strings.Cut(text, ".")
	body, err := base64.RawURLEncoding.DecodeString(first)
	if err != nil {
		return r, errHandle
	}
	sum, err := base64.RawURLEncoding.DecodeString(second)
	if err != nil || browser == "" || !hmac.Equal(sum, s.sign(body, browser)) {
		return r, errHandle
	}
	if json.Unmarshal(body, &r) != nil || r.API != apiID || s.opt.Now().Unix() >= r.Expires {
		return r, errHandle
	}
	return r, nil
}

// sign binds a body to a browser. The browser's name has one length, so the two cannot be divided in another way.
func (s *Server) sign(body []byte, browser string) []byte {
	mac := hmac.New(sha256.New, s.key[:])
	mac.Write([]byte(browser))
	mac.Write(body)
	return mac.Sum(nil)
}
