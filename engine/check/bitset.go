package check

import "math/bits"

// bitset is a set of small numbers: positions of nodes.
type bitset []uint64

func newBitset(size int) bitset { return make(bitset, (size+63)/64) }

// newBitsets makes many sets in one piece of memory.
func newBitsets(count, size int) []bitset {
	words := (size + 63) / 64
	memory := make(bitset, count*words)
	sets := make([]bitset, count)
	for i := range sets {
		sets[i] = memory[i*words : (i+1)*words : (i+1)*words]
	}
	return sets
}

func (b bitset) add(i int)      { b[i/64] |= 1 << (i % 64) }
func (b bitset) has(i int) bool { return b[i/64]&(1<<(i%64)) != 0 }

func (b bitset) union(other bitset) {
	for i := range b {
		b[i] |= other[i]
	}
}

func (b bitset) intersect(other bitset) {
	for i := range b {
		b[i] &= other[i]
	}
}

func (b bitset) fill() {
	for i := range b {
		b[i] = ^uint64(0)
	}
}

// all yields the members in ascending order.
func (b bitset) all(yield func(int) bool) {
	for i, word := range b {
		for ; word != 0; word &= word - 1 {
			if !yield(i*64 + bits.TrailingZeros64(word)) {
				return
			}
		}
	}
}
