// Package refusal counts calls of flows that were refused before anything started, for
// those who look for why a webhook does not work.
//
// Refusing has to stay cheap when many are refused: a refusal is a step of a counter in
// memory, by flow and kind, and all counters go to the store as one batch, at most once
// a second and when somebody reads them. How many there are is bounded; beyond that,
// refusals of a flow are counted together.
package refusal
