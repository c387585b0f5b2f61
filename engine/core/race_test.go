//go:build race

package core_test

// defaultSeeds is smaller here, as the race detector makes each seed many times as
// slow and has only the simulator's own goroutines to look at.
const defaultSeeds = 2500
