package admin

import (
	"encoding/hex"
	"errors"
	"strconv"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/internal/answer"
	"github.com/tykctl/tykctl/runtime/store"
)

// noticeBody is a notification that waits for its delivery. What it will say is not shown: it holds tokens.
type noticeBody struct {
	ID        uint64    `json:"id"`
	APIID     string    `json:"api_id"`
	ClientID  string    `json:"client_id"`
	Family    string    `json:"family"`
	Kind      string    `json:"notification_type"`
	Created   time.Time `json:"created"`
	Attempts  int       `json:"attempts"` // that failed
	Next      time.Time `json:"next_attempt"`
	LastError string    `json:"last_error,omitempty"`
}

type noticePage struct {
	Notifications []noticeBody `json:"notifications"`
	Next          uint64       `json:"next,omitempty"` // the value of after that brings the next page
}

const (
	noticePageSize    = 100
	maxNoticePageSize = 1000
)

// notices routes /tyk/oauth/notifications: what waits to be delivered, oldest first; POST …/{id}/retry and DELETE …/{id}.
func (h *Handler) notices(ctx *fasthttp.RequestCtx, at []string) {
	if len(at) == 0 {
		h.getNotices(ctx)
		return
	}
	id, err := strconv.ParseUint(at[0], 10, 64)
	switch {
	case err != nil || id == 0:
		notFound(ctx)
	case len(at) == 1 && ctx.IsDelete():
		h.dropNotice(ctx, id)
	case len(at) == 1:
		answer.MethodNotAllowed(ctx, fasthttp.MethodDelete)
	case len(at) == 2 && at[1] == "retry":
		h.retryNotice(ctx, id)
	default:
		notFound(ctx)
	}
}

func (h *Handler) getNotices(ctx *fasthttp.RequestCtx) {
	if !ctx.IsGet() {
		answer.MethodNotAllowed(ctx, fasthttp.MethodGet)
		return
	}
	size, p := number(ctx, "limit", noticePageSize, 1, maxNoticePageSize)
	var after uint64
	if text := string(ctx.QueryArgs().Peek("after")); p == nil && text != "" {
		var err error
		if after, err = strconv.ParseUint(text, 10, 64); err != nil {
			p = bad("after must be the id of a notification")
		}
	}
	if p != nil {
		p.answer(ctx)
		return
	}
	waiting, err := h.opt.Store.Notices(h.context, after, size+1)
	if err != nil {
		h.storeProblem("list notifications", err).answer(ctx)
		return
	}
	page := noticePage{Notifications: []noticeBody{}}
	for i, n := range waiting {
		if i == size {
			page.Next = waiting[i-1].ID
			break
		}
		next := n.NextAt
		if next.IsZero() {
			next = n.CreatedAt
		}
		page.Notifications = append(page.Notifications, noticeBody{
			ID: n.ID, APIID: n.APIID, ClientID: n.ClientID, Family: hex.EncodeToString(n.Family[:]), Kind: n.Kind,
			Created: n.CreatedAt, Attempts: n.Attempts, Next: next, LastError: n.LastError,
		})
	}
	answer.JSON(ctx, fasthttp.StatusOK, &page)
}

// notice finds a waiting notification.
func (h *Handler) notice(id uint64) (*store.Notice, *problem) {
	found, err := h.opt.Store.Notices(h.context, id-1, 1)
	switch {
	case err != nil:
		return nil, h.storeProblem("read notification", err)
	case len(found) == 0 || found[0].ID != id:
		return nil, &problem{fasthttp.StatusNotFound, "There is no such notification waiting"}
	}
	return found[0], nil
}

// retryNotice makes a notification due now. It counts as an attempt, and what went wrong last stays to be read.
func (h *Handler) retryNotice(ctx *fasthttp.RequestCtx, id uint64) {
	if !answer.PostOnly(ctx) {
		return
	}
	n, p := h.notice(id)
	if p == nil {
		err := h.opt.Store.RetryNotice(h.context, id, h.opt.Now(), n.LastError)
		switch {
		case errors.Is(err, store.ErrNotFound):
			p = &problem{fasthttp.StatusNotFound, "There is no such notification waiting"}
		case err != nil:
			p = h.storeProblem("retry notification", err)
		}
	}
	if p != nil {
		p.answer(ctx)
		return
	}
	answerAction(ctx, strconv.FormatUint(id, 10), "retried")
}

func (h *Handler) dropNotice(ctx *fasthttp.RequestCtx, id uint64) {
	_, p := h.notice(id)
	if p == nil {
		if err := h.opt.Store.DropNotice(h.context, id); err != nil {
			p = h.storeProblem("drop notification", err)
		}
	}
	if p != nil {
		p.answer(ctx)
		return
	}
	answerAction(ctx, strconv.FormatUint(id, 10), "deleted")
}
