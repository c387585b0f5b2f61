// Package retention drops executions that are old, so that the data folder does not
// grow for ever.
//
//	clock trusted? ──► old and owing nothing, some at a time ──► journal, in parts
//	      │                     out of the lists, 410              │
//	      no: nothing is old    └── pause, three times as long ────┘
//
// What it does is in the store alone, so it may die anywhere: the next round goes on.
// What is owed is decided by the store, in the transaction that drops; the package
// decides when.
package retention
