package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

var clientTests = map[string]func(*world){
	"CreateAndRead":      createAndRead,
	"SameIDOnTwoAPIs":    sameIDOnTwoAPIs,
	"UpdateClient":       updateClient,
	"UpdatesAreSerial":   updatesAreSerial,
	"ListIsOrdered":      listIsOrdered,
	"ClientAPIs":         clientAPIs,
	"IDsAreWhole":        idsAreWhole,
	"DeleteClient":       deleteClient,
	"NothingIsInherited": nothingIsInherited,
	"DeleteWhileIssuing": deleteWhileIssuing,
}

func createAndRead(w *world) {
	got, err := w.Client(w.ctx, api, client)
	noError(w.T, err)
	equal(w.T, got, w.client(api, client))

	isError(w.T, w.CreateClient(w.ctx, &store.Client{ID: client, APIID: api}), store.ErrExists)
	got, err = w.Client(w.ctx, api, client)
	noError(w.T, err)
	equal(w.T, got, w.client(api, client))

	_, err = w.Client(w.ctx, api, "nobody")
	isError(w.T, err, store.ErrNotFound)
	_, err = w.Client(w.ctx, "no api", client)
	isError(w.T, err, store.ErrNotFound)

	bare := &store.Client{ID: "bare", APIID: api}
	noError(w.T, w.CreateClient(w.ctx, bare))
	got, err = w.Client(w.ctx, api, "bare")
	noError(w.T, err)
	equal(w.T, got, bare)
}

func sameIDOnTwoAPIs(w *world) {
	there := w.pairOf(otherAPI, client, "there", "there")
	noError(w.T, w.IssueTokens(w.ctx, there))
	here := w.issue("here", "here")

	list, err := w.ClientTokens(w.ctx, api, client, w.base)
	noError(w.T, err)
	equal(w.T, list, []*store.AccessToken{&here.Access})

	noError(w.T, w.UpdateClient(w.ctx, api, client, func(c *store.Client) error {
		c.Description = "changed here"
		return nil
	}))
	noError(w.T, w.DeleteClient(w.ctx, api, client))
	w.gone(here)
	w.live(there)
	got, err := w.Client(w.ctx, otherAPI, client)
	noError(w.T, err)
	equal(w.T, got, w.client(otherAPI, client))
}

func updateClient(w *world) {
	_, err := w.Client(w.ctx, api, client) // a store with a cache has the old record now
	noError(w.T, err)
	uris := []string{"https://new.example/"}
	noError(w.T, w.UpdateClient(w.ctx, api, client, func(c *store.Client) error {
		equal(w.T, c, w.client(api, client))
		c.Secrets, c.RedirectURIs = c.Secrets[:1], uris
		c.ID, c.APIID, c.CreatedAt = "other", otherAPI, time.Time{}
		return nil
	}))
	uris[0] = "https://evil.example/"
	want := w.client(api, client)
	want.Secrets, want.RedirectURIs = want.Secrets[:1], []string{"https://new.example/"}
	got, err := w.Client(w.ctx, api, client)
	noError(w.T, err)
	equal(w.T, got, want)

	no := errors.New("no")
	err = w.UpdateClient(w.ctx, api, client, func(c *store.Client) error {
		c.Description = "half done"
		c.RedirectURIs[0] = "https://half.example/"
		return no
	})
	if err != no { //nolint:errorlint // returned as it is
		w.Fatalf("error is %v, want that of change", err)
	}
	got, err = w.Client(w.ctx, api, client)
	noError(w.T, err)
	equal(w.T, got, want)

	err = w.UpdateClient(w.ctx, api, "nobody", func(*store.Client) error {
		w.Error("change was called for a client that does not exist")
		return nil
	})
	isError(w.T, err, store.ErrNotFound)
}

func updatesAreSerial(w *world) {
	const n = 16
	errs := parallel(n, func(i int) error {
		return w.UpdateClient(w.ctx, api, client, func(c *store.Client) error {
			c.RedirectURIs = append(c.RedirectURIs, fmt.Sprint(i))
			return nil
		})
	})
	noError(w.T, errors.Join(errs...))
	got, err := w.Client(w.ctx, api, client)
	noError(w.T, err)
	equal(w.T, len(got.RedirectURIs), 2+n)
}

func listIsOrdered(w *world) {
	for _, id := range []string{"z", "a", "client-10", "Client-1", "é", "client-1\x00"} {
		noError(w.T, w.CreateClient(w.ctx, w.client(api, id)))
	}
	list, err := w.Clients(w.ctx, api)
	noError(w.T, err)
	var ids []string
	for _, c := range list {
		equal(w.T, c, w.client(api, c.ID))
		ids = append(ids, c.ID)
	}
	equal(w.T, ids, []string{"Client-1", "a", "client-1", "client-1\x00", "client-10", "client-2", "z", "é"})

	list, err = w.Clients(w.ctx, "no api")
	noError(w.T, err)
	equal(w.T, len(list), 0)
}

func clientAPIs(w *world) {
	other, known := "wanted", map[string]bool{"": true, "z": true, "api-10": true, "Api": true, "é": true, "\xff\xff": true}
	for id := range known {
		noError(w.T, w.CreateClient(w.ctx, w.client(id, other)))
		noError(w.T, w.CreateClient(w.ctx, w.client(id, other+"0")))
		noError(w.T, w.CreateClient(w.ctx, w.client(id, "0"+other)))
	}
	for _, id := range []string{"api-2", "zz", "\xff"} { // on these there are others only
		noError(w.T, w.CreateClient(w.ctx, w.client(id, "somebody")))
	}
	list, err := w.ClientAPIs(w.ctx, other)
	noError(w.T, err)
	equal(w.T, list, []string{"", "Api", "api-10", "z", "é", "\xff\xff"})
	noError(w.T, w.DeleteClient(w.ctx, "z", other))
	list, err = w.ClientAPIs(w.ctx, other)
	noError(w.T, err)
	equal(w.T, list, []string{"", "Api", "api-10", "é", "\xff\xff"})
	list, err = w.ClientAPIs(w.ctx, "nobody")
	noError(w.T, err)
	equal(w.T, len(list), 0)
	list, err = w.ClientAPIs(w.ctx, client)
	noError(w.T, err)
	equal(w.T, list, []string{api, otherAPI})
}

// idsAreWhole: a client whose ids begin like another's, or are cut elsewhere, is another client.
func idsAreWhole(w *world) {
	near := []*store.Client{w.client("api-1c", "lient-1"), w.client(api, client+"0"), w.client(api+"0", client), w.client("", api+client)}
	var pairs []*store.TokenPair
	for i, c := range near {
		noError(w.T, w.CreateClient(w.ctx, c))
		p := w.pairOf(c.APIID, c.ID, fmt.Sprint(i), fmt.Sprint(i))
		noError(w.T, w.IssueTokens(w.ctx, p))
		pairs = append(pairs, p)
	}
	_, err := w.RevokeClient(w.ctx, api, client)
	noError(w.T, err)
	noError(w.T, w.DeleteClient(w.ctx, api, client))
	for i, c := range near {
		w.live(pairs[i])
		list, err := w.ClientTokens(w.ctx, c.APIID, c.ID, w.base)
		noError(w.T, err)
		equal(w.T, list, []*store.AccessToken{&pairs[i].Access})
	}
}

func deleteClient(w *world) {
	pair := w.issue("f", "one")
	code := w.code("g", "one")
	noError(w.T, w.PutCode(w.ctx, code))
	other := w.pairOf(api, otherClient, "other", "other")
	noError(w.T, w.IssueTokens(w.ctx, other))

	noError(w.T, w.DeleteClient(w.ctx, api, client))
	_, err := w.Client(w.ctx, api, client)
	isError(w.T, err, store.ErrNotFound)
	w.gone(pair)
	_, err = w.Code(w.ctx, code.Key)
	isError(w.T, err, store.ErrNotFound)
	isError(w.T, w.RedeemCode(w.ctx, code.Key, w.pair("g", "late")), store.ErrNotFound)
	isError(w.T, w.RotateRefresh(w.ctx, pair.Refresh.Key, w.pair("f", "late")), store.ErrNotFound)
	isError(w.T, w.IssueTokens(w.ctx, w.pair("h", "late")), store.ErrNotFound)
	isError(w.T, w.PutCode(w.ctx, w.code("h", "late")), store.ErrNotFound)
	w.gone(w.pair("", "late"))
	isError(w.T, w.DeleteClient(w.ctx, api, client), store.ErrNotFound)
	w.live(other)
	w.empty()
}

func nothingIsInherited(w *world) {
	spent := w.issue("f", "old")
	noError(w.T, w.RotateRefresh(w.ctx, spent.Refresh.Key, w.pair("f", "new")))
	code := w.code("g", "one")
	noError(w.T, w.PutCode(w.ctx, code))
	noError(w.T, w.RedeemCode(w.ctx, code.Key, w.pair("g", "code")))

	noError(w.T, w.DeleteClient(w.ctx, api, client))
	noError(w.T, w.CreateClient(w.ctx, &store.Client{ID: client, APIID: api, PolicyID: "new"}))

	got, err := w.Client(w.ctx, api, client)
	noError(w.T, err)
	equal(w.T, got, &store.Client{ID: client, APIID: api, PolicyID: "new"})
	for _, name := range []string{"old", "new", "code"} {
		w.gone(w.pair("", name))
	}
	_, err = w.Code(w.ctx, code.Key)
	isError(w.T, err, store.ErrNotFound)
	list, err := w.ClientTokens(w.ctx, api, client, time.Time{})
	noError(w.T, err)
	equal(w.T, len(list), 0)
	n, err := w.RevokeClient(w.ctx, api, client)
	noError(w.T, err)
	equal(w.T, n, 0)
}

// deleteWhileIssuing: whatever the order, no access token outlives its client.
func deleteWhileIssuing(w *world) {
	const n = 16
	errs := parallel(n, func(i int) error {
		if i == n/2 {
			return w.DeleteClient(w.ctx, api, client)
		}
		return w.IssueTokens(w.ctx, w.pair(fmt.Sprint(i), fmt.Sprint(i)))
	})
	noError(w.T, errs[n/2])
	for i, err := range errs {
		if err != nil {
			isError(w.T, err, store.ErrNotFound)
		}
		w.gone(w.pair("", fmt.Sprint(i)))
	}
	w.empty()
}
