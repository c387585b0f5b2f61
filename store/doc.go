// Package store keeps everything that Redial keeps: executions and their
// journal, flows and versions, connections, components and API tokens, in an
// SQLite database in the data folder.
//
// SQL may be written in this room only. It does not read flow files, run flows
// or answer requests: what it stores comes in ready and goes out as it came.
//
// # Tables
//
//	flows ───────published──────► versions ◄──── version_manifests ────► manifests
//	 slug, draft, revision,        flow, number,   version, position         hash, name,
//	 published settings            content, hash                             source
//	                                  ▲                                        ▲
//	                                  ┊ version_id                             │
//	executions ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┘           components ──────hash─────────┘
//	 id, flow, status, epoch, …                     name
//	    ▲
//	    ┊ execution_id                             connections   name, component,
//	batches                                                      fields (encrypted)
//	 first_seq, last_seq, events,                  tokens        SHA-256, name
//	 request, answer                               generation    one number
//	    ┊ names
//	blobs  hash, data ┄┄ blob_uses  execution_id, hash
//
//	callbacks      execution_id, url, state, due_at, …   the outbox
//	callback_attempts  execution_id, number, status, …
//	dropped        id, flow, version_id, …   executions that are gone
//	retention      seen_at, doubted_since: one row
//	refusals       flow, kind, type, detail, count, …   calls that started nothing
//	refusal_hours  flow, hour, count
//	flow_history   slug, at, user, what, old and new value
//	draft_edits    slug, revision, since, user, kind, token, changes
//	flow_payloads  slug, payload
//	flow_pins      slug, step, output
//	server         running: one row
//	resumes        execution_id, last_seq, unclean, tried
//
// Solid lines are foreign keys. The dotted ones are not: they lie on the path
// of every call, and the writer keeps them itself.
//
// An execution is one row, and each batch of its events is one more; a short
// flow is two rows. Execution IDs sort by time, so tables and indexes grow at
// their ends. Measured with 128 executions a commit, this layout (executions
// clustered by ID, batches with a rowid) stored 19,000 executions of 3 KB a
// second, both tables clustered 13,700, both with rowids 17,900; at 600 bytes
// the three are equal.
//
// # Writing
//
// One goroutine, the writer, owns the one connection that writes. Changes queue
// up and share commits (group commit), and each is answered after the commit
// that made it durable: synchronous=FULL, because a 202 is a promise. What can
// be refused is refused by a statement that changes no row, or is undone by a
// savepoint, so no change undoes another one of its group.
//
//	queue ──► BEGIN IMMEDIATE ──► each change ──► COMMIT ──► answers
//	                │                  │             │
//	         held by another    a statement        failed: all get the
//	         process: all       fails: ROLLBACK,   error, and the connection
//	         get ErrBusy        then one by one    is opened again
//
// The writer goes below database/sql to the driver. Readers are an ordinary
// pool of connections that cannot write and never wait for the writer.
//
// # Other processes
//
// server.lock keeps a second server off the folder. Commands run beside the
// server and write in transactions of their own; the server sees that by
// [Store.Generation]. open.lock is held for the moment in which a process makes
// the key or changes the tables.
//
// # Another database
//
// Package conformance holds the tests that any store must pass.
package store
