// Package crashtest kills the program again and again while callers place
// orders, and then holds what is left against what was promised:
//
//   - what was accepted is there, and has come to an end;
//   - a step that was recorded as done was not run again;
//   - what carries a key has happened exactly once;
//   - what must not be repeated has happened at most once, and where that is
//     unknown a person was asked;
//   - an execution has one answer, however often it is asked for.
//
// The outside services are the simulated ones, behind a [Ledger] that outlives
// the program and writes down every call and its effect. Nothing here is part of
// the program: campaign is the command behind `make crash`, and the tests kill
// the program at each of its crash points.
package crashtest
