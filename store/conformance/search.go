package conformance

import (
	"testing"

	"redial/store"
)

var searchTests = map[string]func(*testing.T, Open){
	"finds every word in slug or name": findsWords,
	"gives what it found in pages":     findsPages,
	"does not find deleted flows":      findsNoDeleted,
}

func putNamed(t *testing.T, s Store, slug, name string) {
	t.Helper()
	_, _, err := s.PutDraft(t.Context(), slug, name, []byte("source of "+slug), nil)
	must(t, err)
}

func slugsOf(page *store.DraftPage) []string {
	slugs := []string{}
	for _, d := range page.Drafts {
		slugs = append(slugs, d.Slug)
	}
	return slugs
}

func findsWords(t *testing.T, open Open) {
	s := fresh(t, open)
	putNamed(t, s, "order-request", "Order request")
	putNamed(t, s, "orders-daily", "Bestellungen, GRÖSSE 42%")
	putNamed(t, s, "x", "")
	tests := map[string][]string{
		"":                {"order-request", "orders-daily", "x"},
		"  ":              {"order-request", "orders-daily", "x"},
		"ORDER":           {"order-request", "orders-daily"},
		"daily order":     {"orders-daily"},
		"grösse":          {"orders-daily"},
		"42%":             {"orders-daily"},
		"%":               {"orders-daily"},
		"_":               {},
		"source":          {},
		"' OR 1=1 --":     {},
		"order-r request": {"order-request"},
	}
	for text, want := range tests {
		page := value(s.SearchDrafts(t.Context(), text, "", 0))(t)
		wantEqual(t, "slugs of "+text, slugsOf(page), want)
		wantEqual(t, "count of "+text, page.Found, len(want))
		wantEqual(t, "next of "+text, page.Next, "")
	}
	page := value(s.SearchDrafts(t.Context(), "request", "", 0))(t)
	wantEqual(t, "draft", page.Drafts[0], *value(s.Draft(t.Context(), "order-request"))(t))
}

func findsPages(t *testing.T, open Open) {
	s := fresh(t, open)
	for _, slug := range []string{"a1", "a2", "b", "a3", "a4", "a5"} {
		putNamed(t, s, slug, "")
	}
	after := ""
	for _, want := range [][]string{{"a1", "a2"}, {"a3", "a4"}, {"a5"}} {
		page := value(s.SearchDrafts(t.Context(), "a", after, 2))(t)
		wantEqual(t, "slugs", slugsOf(page), want)
		wantEqual(t, "count", page.Found, 5)
		after = page.Next
	}
	wantEqual(t, "cursor behind the last page", after, "")
}

func findsNoDeleted(t *testing.T, open Open) {
	s := fresh(t, open)
	putNamed(t, s, "a", "A")
	must(t, s.DeleteFlow(t.Context(), "a"))
	page := value(s.SearchDrafts(t.Context(), "", "", 0))(t)
	wantEqual(t, "count", page.Found, 0)
	wantEqual(t, "slugs", slugsOf(page), []string{})
}
