package bolt

import (
	"context"
	"fmt"

	"go.etcd.io/bbolt"
)

// maxBatch bounds one transaction, so that the first of a batch does not wait for an endless stream of others.
const maxBatch = 1024

// op is one write and the caller that waits for it.
type op struct {
	ctx   context.Context
	apply func(*batch) error // returns a refusal, and then has written nothing
	err   error              // the result; valid once done is closed
	done  chan struct{}
}

// write hands apply to the writer goroutine and waits until it is durable or refused.
func (s *Store) write(ctx context.Context, apply func(*batch) error) error {
	o := &op{ctx: ctx, apply: apply, done: make(chan struct{})}
	if err := s.enqueue(o); err != nil {
		return err
	}
	<-o.done
	return o.err
}

// enqueue may wait while the queue is full. It holds the lock meanwhile: Close cannot close the queue under a sender.
func (s *Store) enqueue(o *op) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return errClosed
	}
	select {
	case s.ops <- o:
		return nil
	case <-o.ctx.Done():
		return o.ctx.Err()
	}
}

// writer runs until Close, and through the queue that Close leaves behind.
func (s *Store) writer() {
	defer close(s.stopped)
	list := make([]*op, 0, maxBatch)
	for first := range s.ops {
		list = s.waiting(append(list[:0], first))
		s.runBatch(list)
		for _, o := range list {
			close(o.done)
		}
		clear(list)
	}
}

// waiting adds what is queued by now; it does not wait for more.
func (s *Store) waiting(list []*op) []*op {
	for len(list) < maxBatch {
		select {
		case o, open := <-s.ops:
			if !open {
				return list
			}
			list = append(list, o)
		default:
			return list
		}
	}
	return list
}

// runBatch settles every operation of the list and brings the caches up to date, before any caller hears of its result.
func (s *Store) runBatch(list []*op) {
	b := &batch{}
	err := b.run(s.db, list)
	if err != nil {
		err = fmt.Errorf("bolt store: write: %w", err)
		for _, o := range list {
			o.err = err
		}
	}
	// After an error nobody knows what the file has: what was touched is read again.
	for _, c := range b.tokens {
		s.tokens.part(c.key).apply(c, err == nil)
	}
	for _, c := range b.clients {
		s.clients.apply(c, err == nil)
	}
	for _, c := range b.apiKeys {
		s.apiKeys.part(c.key).apply(c, err == nil)
	}
	if b.policies {
		s.policies.apply(policyChange{}, false)
	}
}

// batch is the transaction in which the operations of a list are applied. Its methods are for the writer goroutine only.
type batch struct {
	tx      *bbolt.Tx
	err     error // of the file: the first one, fatal for the batch
	writes  int
	tokens  []tokenChange
	clients []clientChange
	apiKeys []apiKeyChange

	policies bool // some were changed
}

func (b *batch) run(db *bbolt.DB, list []*op) error {
	tx, err := db.Begin(true)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // an error after Commit, and of no interest
	b.tx = tx
	for _, o := range list {
		if o.err = o.ctx.Err(); o.err != nil {
			continue
		}
		before := b.writes
		if o.err = o.apply(b); o.err != nil && b.writes != before {
			return fmt.Errorf("refused after a write: %w", o.err)
		}
		if b.err != nil {
			return b.err
		}
	}
	if b.writes == 0 {
		return nil // only refusals: there is nothing to sync
	}
	return tx.Commit()
}

func (b *batch) get(bucket, key []byte) []byte { return b.tx.Bucket(bucket).Get(key) }

func (b *batch) put(bucket, key, value []byte) {
	b.writes++
	if err := b.tx.Bucket(bucket).Put(key, value); err != nil && b.err == nil {
		b.err = err
	}
}

func (b *batch) remove(bucket, key []byte) {
	b.writes++
	if err := b.tx.Bucket(bucket).Delete(key); err != nil && b.err == nil {
		b.err = err
	}
}
