package admin_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestNotifications(t *testing.T) {
	run(t, withTokens, []row{
		{"ours", "GET", "/tyk/oauth/notifications", ``, 200, 200, `"api_id":"a","client_id":"cl"`},
		{"ours", "GET", "/tyk/oauth/notifications/?limit=1", ``, 200, 200, `"next":1}`},
		{"ours", "GET", "/tyk/oauth/notifications?limit=1&after=1", ``, 200, 200, `"id":2,"api_id":"b"`},
		{"ours", "GET", "/tyk/oauth/notifications?after=x", ``, 400, 400, "after must be"},
		{"ours", "GET", "/tyk/oauth/notifications?limit=0", ``, 400, 400, "limit must be"},
		{"ours", "POST", "/tyk/oauth/notifications/2/retry", ``, 200, 200, `{"key":"2","status":"ok","action":"retried"}`},
		{"ours", "DELETE", "/tyk/oauth/notifications/2", ``, 200, 200, `{"key":"2","status":"ok","action":"deleted"}`},
		{"ours", "DELETE", "/tyk/oauth/notifications/2", ``, 404, 404, "no such notification"},
		{"ours", "POST", "/tyk/oauth/notifications/2/retry", ``, 404, 404, "no such notification"},
		{"ours", "POST", "/tyk/oauth/notifications", ``, 405, 405, "Method not supported"},
		{"ours", "GET", "/tyk/oauth/notifications/1", ``, 405, 405, "Method not supported"},
		{"ours", "GET", "/tyk/oauth/notifications/1/retry", ``, 405, 405, "Method not supported"},
		{"ours", "GET", "/tyk/oauth/notifications/x", ``, 404, 404, "404 page not found"},
		{"ours", "GET", "/tyk/oauth/notifications/0", ``, 404, 404, "404 page not found"},
	})
}

// TestNoticeState: what went wrong is to be seen, what would be sent is not, and a retry makes the notice due.
func TestNoticeState(t *testing.T) {
	g := start(t)
	withTokens(g)
	ctx := context.Background()
	if err := g.store.RetryNotice(ctx, 1, g.clock().Add(time.Hour), "status 500"); err != nil {
		t.Fatal(err)
	}
	a := g.send("GET", "/tyk/oauth/notifications", "")
	want := fmt.Sprintf(`"attempts":1,"next_attempt":%q,"last_error":"status 500"`, g.clock().Add(time.Hour).Format(time.RFC3339))
	if !strings.Contains(a.body, want) || strings.Contains(a.body, "access-") {
		t.Errorf("%s, want %s", a.body, want)
	}
	isDue := func() bool {
		due, err := g.store.DueNotices(ctx, g.clock(), 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range due {
			if n.ID == 1 {
				return true
			}
		}
		return false
	}
	if isDue() {
		t.Error("due before its time")
	}
	g.send("POST", "/tyk/oauth/notifications/1/retry", "")
	if !isDue() {
		t.Error("not due after the retry")
	}
	if a := g.send("GET", "/tyk/oauth/notifications", ""); !strings.Contains(a.body, "status 500") {
		t.Errorf("the reason is lost: %s", a.body)
	}
}
