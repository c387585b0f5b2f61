package schema

import (
	"encoding/binary"
	"hash/maphash"
	"maps"
	"math"
	"slices"
	"strconv"
)

func (c *check) list(n *node, list []any, noted *seen) bool {
	ok := true
	if n.minItems != nil && len(list) < *n.minItems {
		ok = c.faultHaving("must have at least "+counted(*n.minItems, "item"), len(list))
	}
	if n.maxItems != nil && len(list) > *n.maxItems {
		ok = c.faultHaving("must have at most "+counted(*n.maxItems, "item"), len(list))
	}
	ok = c.goOn(ok) && c.items(n, list, noted) && ok
	ok = c.goOn(ok) && c.distinct(n, list) && ok
	return c.goOn(ok) && c.containing(n, list, noted) && ok
}

func (c *check) items(n *node, list []any, noted *seen) bool {
	ok := true
	first := min(len(n.prefix), len(list))
	noted.first(first)
	for i, item := range list[:first] {
		if ok = c.item(n.prefix[i], i, item) && ok; !c.goOn(ok) {
			return false
		}
	}
	if n.items == nil {
		return ok
	}
	noted.everyItem()
	if n.items.open() {
		return ok
	}
	for i := first; i < len(list); i++ {
		if ok = c.item(n.items, i, list[i]) && ok; !c.goOn(ok) {
			return false
		}
	}
	return ok
}

func (c *check) containing(n *node, list []any, noted *seen) bool {
	if n.contains == nil {
		return true
	}
	found := 0
	for i, item := range list {
		if c.quietly(n.contains, item, nil) {
			found++
			noted.item(i)
		}
		if c.steps <= 0 {
			return false
		}
	}
	least := 1
	if n.minContains != nil {
		least = *n.minContains
	}
	switch {
	case found < least:
		return c.fault("must have at least " + counted(least, "item") + " of a certain kind, has " + strconv.Itoa(found))
	case n.maxContains != nil && found > *n.maxContains:
		return c.fault("must have at most " + counted(*n.maxContains, "item") + " of a certain kind, has " + strconv.Itoa(found))
	default:
		return true
	}
}

// distinct tells the first item that is there twice. Items are compared by
// digest: comparing each with each would take hours for a long list.
func (c *check) distinct(n *node, list []any) bool {
	if !n.unique {
		return true
	}
	digest := digester{}
	digest.hash.SetSeed(maphash.MakeSeed())
	places := make(map[uint64]int, len(list))
	for i, item := range list {
		digest.hash.Reset()
		c.spend(digest.write(item))
		if c.steps <= 0 {
			return false
		}
		sum := digest.hash.Sum64()
		if before, there := places[sum]; there && equal(list[before], item) {
			return c.faultOf("must not have the same item twice", "must not have the same item twice; items "+strconv.Itoa(before)+" and "+strconv.Itoa(i)+" are equal")
		}
		places[sum] = i
	}
	return true
}

// digester feeds values to a hash so that equal values give equal sums.
type digester struct {
	hash  maphash.Hash
	bytes [9]byte
}

// write returns how many values it has fed.
func (d *digester) write(value any) int {
	count := 1
	switch v := value.(type) {
	case nil:
		d.fixed('n', 0)
	case bool:
		d.fixed('b', 0)
		if v {
			d.fixed('t', 0)
		}
	case int64:
		d.fixed('i', uint64(v))
	case float64:
		if v >= math.MinInt64 && v < math.MaxInt64 && isWhole(v) {
			d.fixed('i', uint64(int64(v)))
		} else {
			d.fixed('f', math.Float64bits(v))
		}
	case string:
		d.text(v)
	case []any:
		d.fixed('l', uint64(len(v)))
		for _, item := range v {
			count += d.write(item)
		}
	case map[string]any:
		d.fixed('o', uint64(len(v)))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			d.text(name)
			count += d.write(v[name])
		}
	}
	return count
}

func (d *digester) text(text string) {
	d.fixed('s', uint64(len(text)))
	_, _ = d.hash.WriteString(text) // never fails
}

func (d *digester) fixed(kind byte, n uint64) {
	d.bytes[0] = kind
	binary.LittleEndian.PutUint64(d.bytes[1:], n)
	_, _ = d.hash.Write(d.bytes[:]) // never fails
}
