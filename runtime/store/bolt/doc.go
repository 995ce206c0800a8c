// Package bolt is the durable store of a single gateway: one file, written with go.etcd.io/bbolt. It keeps the contract of
// package store; storetest.RunDurable holds it to "what was acknowledged survives kill -9". It does not share its file: a second
// process that opens it is refused.
//
// Who talks to whom:
//
//	IssueTokens, RevokeFamily, ...  --op-->  writer goroutine  --one transaction-->  file
//	        ^                                   |        |
//	        +------------- result --------------+        +-- puts and drops, in commit order -->  cache
//	AccessToken, APIKey, Client, Policies  --hit-->  cache;  --miss-->  read transaction  -->  fill cache
//
// The writer (writer.go) is the only goroutine that writes. It takes every operation that waits, applies them one after the
// other in one transaction, commits, which syncs the file, and only then answers. So one sync is shared by all who waited
// during the one before, and there is no delay for the sake of a larger batch. Operations of one batch see each other's work.
//
// An operation decides whether it is refused (spent, not found, exists) before it writes anything. A refusal therefore needs
// no rollback and costs the others nothing. An error of the file fails every operation of the batch: none of them happened, as
// far as their callers may assume, and what they touched leaves the cache.
//
// Reads (read.go) run in the caller's goroutine. Access tokens, API keys, clients and the policies come from a bounded cache (cache.go),
// which holds only what is committed. A reader that missed fills the cache only when nothing was written to that part of it since it began,
// so a record that is revoked meanwhile is never put back.
//
// The bodies of notices (outbox.go) are encrypted with AES-256-GCM: they hold tokens, and a token that can be read in a stolen file opens
// something. The key is not in the file.
//
// Buckets and keys are described in layout.go, records in record.go. Expired records stay until Sweep is called, which costs in
// proportion to what it removes. The store starts one goroutine in Open and ends it in Close; Close is the owner of the file.
package bolt
