package oauth

import (
	"net/url"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/compat"
	"github.com/tykctl/tykctl/runtime/internal/answer"
	"github.com/tykctl/tykctl/runtime/policy"
	"github.com/tykctl/tykctl/runtime/store"
)

// codeAnswer is Tyk's answer to the identity server. "code" and "redirect_to" are documented, "state" is what Tyk adds.
type codeAnswer struct {
	Code       string `json:"code"`
	RedirectTo string `json:"redirect_to"`
	State      string `json:"state,omitempty"`
}

// AuthorizeClient gives the identity server an authorization code for a request that the user has approved, and may be told what the tokens
// of the code are worth (key_rules). The caller has checked the gateway secret.
func (s *Server) AuthorizeClient(ctx *fasthttp.RequestCtx) {
	if !answer.PostOnly(ctx) {
		return
	}
	f, e := queryOrBodyForm(ctx)
	if e != nil {
		s.writeError(ctx, e)
		return
	}
	req, e := s.authorizationRequest(ctx, f)
	if e != nil {
		s.authorizeClientFailed(ctx, req, f, e)
		return
	}
	rules, e := checkRules(f[keyRules])
	if e != nil {
		s.writeError(ctx, e)
		return
	}
	code, e := s.newCode(req, rules)
	if e != nil {
		s.writeError(ctx, e)
		return
	}
	query := url.Values{"code": {code}}
	answer.JSON(ctx, fasthttp.StatusOK, codeAnswer{Code: code, RedirectTo: s.responseURI(req, query), State: req.state})
}

// authorizeClientFailed tells the identity server what is wrong, and where to send the user with it. Tyk gives a place for a wrong redirect
// URI alone, the registered one.
func (s *Server) authorizeClientFailed(ctx *fasthttp.RequestCtx, req *authorizationRequest, f form, e *Error) {
	status, body := s.body(e)
	if s.opt.Compat == compat.Tyk {
		req = nil
		if e == errRedirectMismatch {
			if client, err := s.opt.Store.Client(s.context, s.apiID, f["client_id"]); err == nil {
				req = &authorizationRequest{redirectURI: client.RedirectURIs[0], state: f["state"]}
			}
		}
	}
	if req != nil {
		body.State, body.RedirectTo = req.state, s.errorURI(req, e)
	}
	s.errorHeaders(ctx, e, status)
	answer.JSON(ctx, status, body)
}

// checkRules reads the session that the identity server has chosen. What cannot be read is refused: the policy in its place may allow more.
func checkRules(text string) ([]byte, *Error) {
	if text == "" {
		return nil, nil
	}
	if _, err := policy.ParseRules([]byte(text)); err != nil {
		return nil, invalidRequest("key_rules cannot be read: " + err.Error())
	}
	return []byte(text), nil
}

func (s *Server) newCode(req *authorizationRequest, rules []byte) (string, *Error) {
	text, err := s.newSecret(16)
	if err != nil {
		return "", s.randomFailed(err)
	}
	now := s.opt.Now()
	code := store.Code{
		Key: store.KeyOf(text), APIID: s.apiID, ClientID: req.client.ID, RedirectURI: req.sentURI, Scope: req.scope,
		CodeChallenge: req.challenge, CodeChallengeMethod: req.method, KeyRules: rules, ExpiresAt: now.Add(s.opt.CodeTTL),
	}
	if code.Family, err = s.newFamily(now); err != nil {
		return "", s.randomFailed(err)
	}
	if err := s.opt.Store.PutCode(s.context, &code); err != nil {
		return "", s.storeFailed("store authorization code", err)
	}
	return text, nil
}
