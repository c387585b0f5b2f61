package expression

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// rank is what candidates are ordered by; less comes first.
type rank struct {
	// match is how well the label fits what was typed.
	match int
	// fit is how well the type fits: 0 fits, 1 may fit, 2 does not.
	fit int
	// near groups candidates: what stands nearest to the caret comes first.
	near int
}

// Groups of candidates, the nearest first.
const (
	nearValue = iota
	nearItem
	nearLocal
	nearName
	nearPath
	nearFunction
	nearKeyword
)

// How a label fits what was typed.
const (
	matchPrefix = iota
	matchFolded
	matchPart
	matchInside
	matchNone
)

// matchOf compares a label with what was typed: as its beginning, in any case,
// as the beginning of one of its words, as initials of them, anywhere in it.
func matchOf(label, typed string) int {
	switch {
	case strings.HasPrefix(label, typed):
		return matchPrefix
	case len(label) > 4*maxText && !strings.Contains(label, typed):
		return matchNone
	}
	folded, wanted := strings.ToLower(label), strings.ToLower(typed)
	if strings.HasPrefix(folded, wanted) {
		return matchFolded
	}
	var initials strings.Builder
	previous := rune(0)
	for i, r := range label {
		begins := isWordRune(r) && (!isWordRune(previous) || (unicode.IsUpper(r) && !unicode.IsUpper(previous)))
		if begins {
			if strings.HasPrefix(strings.ToLower(label[i:]), wanted) {
				return matchPart
			}
			initials.WriteRune(unicode.ToLower(r))
		}
		previous = r
	}
	switch {
	case len(wanted) > 1 && strings.Contains(initials.String(), wanted):
		return matchPart
	case strings.Contains(folded, wanted):
		return matchInside
	default:
		return matchNone
	}
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// fitOf compares a type with the one that is wanted.
func fitOf(have, want *Type) int {
	h, w := have.kind(), want.kind()
	switch {
	case w == Any || w == Null || h == w || (isNumber(h) && isNumber(w)) || (isText(h) && isText(w)):
		return 0
	case h == Any || h == Null || h == Object:
		return 1 // it may be, or lead to one
	default:
		return 2
	}
}

// ranked leaves out what does not match and puts the rest in order.
func ranked(all []Candidate, typed string) []Candidate {
	kept := all[:0]
	for _, c := range all {
		c.rank.match = matchOf(strings.TrimLeft(c.Label, ".["), strings.TrimLeft(typed, "."))
		if c.rank.match < matchNone {
			kept = append(kept, c)
		}
	}
	slices.SortStableFunc(kept, func(a, b Candidate) int {
		switch {
		case a.Refused != b.Refused && a.Refused:
			return 1
		case a.Refused != b.Refused:
			return -1
		}
		return cmp.Or(
			cmp.Compare(a.rank.match, b.rank.match), cmp.Compare(a.rank.fit, b.rank.fit), cmp.Compare(a.rank.near, b.rank.near),
		)
	})
	kept = kept[:min(len(kept), MaxCandidates)]
	for i := range kept {
		if c := &kept[i]; c.value != nil {
			c.Example = glance(c.value)
			c.value = nil
		}
	}
	return kept
}

// glance shows a value in a list: shorter than brief, and at once, however
// large it is.
func glance(v any) string {
	const most = 6
	switch v := v.(type) {
	case []any:
		return fmt.Sprintf("[%d]", len(v))
	case map[string]any:
		if len(v) > most {
			return fmt.Sprintf("{%d}", len(v))
		}
		return "{" + nameList(keysOf(v)) + "}"
	default:
		return brief(v)
	}
}
