package oauth

import (
	"encoding/json"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

// noticeBody is what the owner of an API is told about new tokens: Tyk's members in Tyk's order, all of them always there.
type noticeBody struct {
	AuthCode        string `json:"auth_code"`
	NewToken        string `json:"new_oauth_token"`
	RefreshToken    string `json:"refresh_token"`
	OldRefreshToken string `json:"old_refresh_token"`
	Type            string `json:"notification_type"`
}

// notice is kept with the tokens, in the same write: no token is issued in silence. It tells what the grant presented, and nothing that merely
// stood in the request.
func (s *Server) notice(client *store.Client, auth *Authorization, tokens *tokenAnswer, now time.Time) *store.Notice {
	body := noticeBody{NewToken: tokens.AccessToken, RefreshToken: tokens.RefreshToken, Type: "new"}
	switch auth.Consumes {
	case ConsumesCode:
		body.AuthCode = auth.Presented
	case ConsumesRefresh:
		body.OldRefreshToken, body.Type = auth.Presented, "refresh"
	case ConsumesNothing:
	}
	data, err := json.Marshal(body) //nolint:gosec // G117: the tokens are what the receiver is told; the store encrypts them
	if err != nil {
		panic(err) // strings are always encoded
	}
	return &store.Notice{
		APIID: s.apiID, Family: auth.Family, Kind: body.Type, ClientID: client.ID, Body: data, CreatedAt: now, NextAt: now,
	}
}
