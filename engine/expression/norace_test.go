//go:build !race

package expression_test

// raceEnabled says that the race detector is on, which makes work ten times as slow.
const raceEnabled = false
