// Package hook is the callers' side of the server: what a call of a published flow
// is, from its bytes to its answer. It knows nothing of pages, and of those who build
// flows only whether somebody is one of them.
//
//	bytes ─► seat, flow, method, credentials, rate, body, key ─► call ─► engine
//	                     │ refused: nothing has started                    │
//	                     ▼                                                 ▼
//	                  problem ◄──── failure ──── answer on the line, or 202 and
//	                                             the execution's addresses
//
// Whether a caller holds the line or is let go, and what becomes of one who has held
// it too long, is decided here and nowhere else: by the terms of the call (terms.go),
// on top of engine.Start, engine.Reopen and Handle.Wait (line.go, key.go).
//
// Those who may call a flow may follow what became of their calls: read where an
// execution stands and its answer, wait for that, and cancel it (follow.go,
// execution.go). What they are told of a failure is made here (failure.go), for the
// line, for those who ask later and for callbacks alike: they are outsiders.
//
// What is remembered in memory makes calls cheap and bounds what they cost: guards,
// documents, times of answers, rates and room. All of it can be lost; what has to
// last is in the store.
package hook
