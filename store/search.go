package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// DraftPage is a part of the drafts that a search found.
type DraftPage struct {
	// Drafts are in the order of their slugs.
	Drafts []Draft
	// Next is the slug that the next page begins behind; empty if there is none.
	Next string
	// Found counts all drafts that the search found, on all pages.
	Found int
}

// SearchDrafts finds the drafts whose slug or name has every word of a text, in
// upper or lower case, beginning behind the slug after. An empty text finds all.
// limit is as in Drafts.
func (s *Store) SearchDrafts(ctx context.Context, text, after string, limit int) (*DraftPage, error) {
	page := &DraftPage{}
	words := strings.Fields(strings.ToLower(text))
	var slugs []string
	err := s.reader.each(ctx, `SELECT slug, name FROM flows WHERE source IS NOT NULL ORDER BY slug`, nil,
		func(rows *sql.Rows) (bool, error) {
			var slug, name string
			err := rows.Scan(&slug, &name)
			if err != nil || !hasWords(slug+"\n"+strings.ToLower(name), words) {
				return true, err
			}
			page.Found++
			if slug > after && len(slugs) <= pageSize(limit) {
				slugs = append(slugs, slug)
			}
			return true, nil
		})
	if err != nil {
		return nil, fmt.Errorf("searching flows: %w", err)
	}
	if len(slugs) > pageSize(limit) {
		slugs = slugs[:pageSize(limit)]
		page.Next = slugs[len(slugs)-1]
	}
	for _, slug := range slugs {
		var row draftRecord
		found, err := all(ctx, s.reader, draftColumns+` AND f.slug = ?`, []any{slug}, func(rows *sql.Rows) (Draft, error) {
			err := rows.Scan(row.places()...)
			return row.draft(), err
		})
		if err != nil {
			return nil, fmt.Errorf("reading flow %s: %w", slug, err)
		}
		page.Drafts = append(page.Drafts, found...) // none if it was deleted meanwhile
	}
	return page, nil
}

func hasWords(text string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}
