// Package callback delivers callbacks: it takes what is due from the outbox of
// the store, signs it, posts it to the receiver, and puts down what came of it.
//
//	outbox ──due──► per host, a few at a time ──► signed POST ──► attempt recorded
//	   ▲                                                             │
//	   └───────────────── next attempt, for a day ◄──────────────────┘
//
// What is delivered survives restarts because the outbox is the only state: an
// attempt that was cut off was not recorded, so it is due still. Receivers may
// therefore get a callback twice; the webhook-id tells them.
//
// The package knows neither flows nor answers: what a callback says is made by
// whoever starts it.
package callback
