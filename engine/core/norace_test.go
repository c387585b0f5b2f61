//go:build !race

package core_test

// defaultSeeds lets graphs grow to their largest size.
const defaultSeeds = 4000
