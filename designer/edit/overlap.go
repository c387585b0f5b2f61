package edit

import (
	"slices"
	"strings"

	"redial/engine/flow"
)

// Overlaps reports whether both change the same place, or one a place within
// that of the other.
func (c Changes) Overlaps(o Changes) bool {
	a, b := claimsOf(c), claimsOf(o)
	return a.within(b) || b.within(a) || a.reorders(b) || b.reorders(a)
}

// claims are the places of changes, as paths whose parts are joined by NUL.
type claims struct {
	places  map[string]bool
	soft    map[string]bool // places that others may make or remove too
	orders  map[string]bool // objects whose fields are in another order
	parents map[string]bool // objects that fields were added to or removed from
}

const separator = "\x00"

func claimsOf(changes Changes) claims {
	all := claims{map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}}
	for i := range changes {
		c := &changes[i]
		path := placeKey(c.Path)
		if c.Kind == ChangeField && (c.Old == nil || c.New == nil) && len(c.Path) > 0 {
			all.parents[placeKey(c.Path[:len(c.Path)-1])] = true
		}
		if c.soft() {
			all.soft[path] = true
			continue
		}
		switch c.Kind {
		case ChangeItem:
			text, _ := c.value().(string)
			path += "\x01" + text + separator
		case ChangeOrder:
			all.orders[path] = true
			path += "\x02" + separator
		case ChangeField:
		}
		all.places[path] = true
	}
	return all
}

func placeKey(path []string) string {
	var b strings.Builder
	for _, name := range path {
		b.WriteString(strings.ReplaceAll(name, separator, separator+"\x03"))
		b.WriteString(separator)
	}
	return b.String()
}

// within says that a place is one of the others, or lies within one.
func (c claims) within(others claims) bool {
	for _, places := range []map[string]bool{c.places, c.soft} {
		for place := range places {
			if others.hold(place) {
				return true
			}
		}
	}
	return false
}

func (c claims) hold(place string) bool {
	for i := range len(place) {
		if place[i] == separator[0] && c.places[place[:i+1]] {
			return true
		}
	}
	return false
}

func (c claims) reorders(others claims) bool {
	for path := range c.orders {
		if others.orders[path] || others.parents[path] {
			return true
		}
	}
	return false
}

// Join makes one list of changes of two that follow each other. Changes of the
// same value become one, and those that take each other back go.
func Join(a, b Changes) Changes {
	const most = 1_000_000 // comparisons; more are not worth the shorter list
	if len(a)*len(b) > most {
		return slices.Concat(a, b)
	}
	all := slices.Clone(a)
	for _, change := range b {
		all = join(all, change)
	}
	return all
}

// join adds a change at the end of a list, or makes it part of one that is
// there.
func join(all Changes, c Change) Changes {
	for i := len(all) - 1; i >= 0; i-- {
		d := &all[i]
		if merged, gone, ok := merge(d, &c, i == len(all)-1); ok {
			if gone {
				return slices.Delete(all, i, i+1)
			}
			all[i] = merged
			return all
		}
		if related(d.Path, c.Path) || d.Kind == ChangeOrder {
			break
		}
	}
	return append(all, c)
}

// merge is one change for two; gone says that nothing is left of them.
func merge(d, c *Change, last bool) (merged Change, gone, ok bool) {
	if d.Kind != ChangeField || d.New == nil {
		return merged, false, false
	}
	merged = *d
	if c.Kind == ChangeField && slices.Equal(d.Path, c.Path) {
		switch {
		case c.Old == nil || !same(d.New.Any, c.Old.Any):
			return merged, false, false
		case c.New == nil && (d.Old != nil || !last):
			return merged, false, false
		case c.New == nil:
			return merged, true, true
		}
		merged.New = c.New
		return merged, d.Old != nil && same(d.Old.Any, c.New.Any), true
	}
	object, isObject := d.New.Any.(flow.Object)
	if !isObject || len(c.Path) <= len(d.Path) || !slices.Equal(d.Path, c.Path[:len(d.Path)]) || d.soft() {
		return merged, false, false
	}
	w := writer{owned: map[*flow.Field]bool{}}
	after, fits := w.change(object, c, c.Path[len(d.Path):])
	merged.New = &Value{after}
	return merged, fits && d.Old != nil && same(d.Old.Any, after), fits
}

// related says that one of the paths leads to or beyond the other.
func related(a, b []string) bool {
	n := min(len(a), len(b))
	return slices.Equal(a[:n], b[:n])
}
