package refusal

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"redial/engine/schema"
	"redial/store"
	"redial/web/hook"
	"redial/web/reply"
)

// Bounds of what is kept of one refusal, in bytes.
const (
	maxDetail  = 400
	maxPlaces  = 5 // of a body that did not fit
	maxPointer = 120
	maxRule    = 160
	maxMeta    = 80 // of the content type, and of the address
)

// newEntry is what is kept of a refusal.
func newEntry(r *hook.Refusal, at time.Time) *store.Refusal {
	p := r.Problem
	entry := &store.Refusal{
		Flow: r.Flow, Type: p.Type, Status: p.Status, Detail: p.Detail, Count: 1, First: at, Last: at,
		ContentType: plain(r.ContentType, maxMeta), Caller: plain(r.Caller, maxMeta),
	}
	if entry.Status == 0 {
		entry.Status = reply.ProblemTypes[p.Type].Status
	}
	if p.Kept != "" {
		entry.Detail = p.Kept
	}
	entry.Detail = plain(entry.Detail, maxDetail)
	for _, v := range p.Violations[:min(len(p.Violations), maxPlaces)] {
		entry.Places = append(entry.Places, placeOf(v))
	}
	return entry
}

// placeOf leaves out what the body has brought.
func placeOf(v schema.Violation) store.RefusedPlace {
	return store.RefusedPlace{Pointer: plain(v.Place, maxPointer), Detail: plain(v.Rule, maxRule)}
}

// plain is a text of at most so many bytes, with nothing in it that cannot be seen.
func plain(text string, most int) string {
	if len(text) > most {
		const ellipsis = "…"
		cut := most - len(ellipsis)
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + ellipsis
	}
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) && r != ' ' {
			return ' '
		}
		return r
	}, text)
}
