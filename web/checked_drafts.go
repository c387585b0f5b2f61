package web

import (
	"sync"

	"redial/designer"
	"redial/store"
)

// checkedDrafts remembers drafts that were read and checked, so that nobody
// checks a revision twice: not the list of flows, nor those who edit one.
type checkedDrafts struct {
	mu sync.Mutex
	// workshop is what they were checked against; another one may find other
	// problems.
	workshop *designer.Workshop
	drafts   map[string]checkedDraft // by slug
}

type checkedDraft struct {
	revision int64
	draft    *designer.Draft
}

// maxCheckedDrafts bounds what is remembered.
const maxCheckedDrafts = 500

// check reads and checks a draft.
func (c *checkedDrafts) check(workshop *designer.Workshop, draft *store.Draft) (*designer.Draft, error) {
	c.mu.Lock()
	if c.workshop != workshop || len(c.drafts) >= maxCheckedDrafts {
		c.workshop, c.drafts = workshop, map[string]checkedDraft{}
	}
	known, found := c.drafts[draft.Slug]
	c.mu.Unlock()
	if found && known.revision == draft.Revision {
		return known.draft, nil
	}
	checked, err := workshop.Check(draft.Source)
	if err != nil {
		return nil, err
	}
	c.remember(workshop, draft.Slug, draft.Revision, checked)
	return checked, nil
}

// remember keeps what was found in the newest revision of a draft.
func (c *checkedDrafts) remember(workshop *designer.Workshop, slug string, revision int64, draft *designer.Draft) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.workshop == workshop && c.drafts[slug].revision <= revision {
		c.drafts[slug] = checkedDraft{revision, draft}
	}
}

// draftChecker checks drafts for those who edit them.
type draftChecker struct {
	*checkedDrafts
	workshop *designer.Workshop
}

// CheckRevision implements designer.Checker. The file of revision 0 belongs to
// no draft yet.
func (c draftChecker) CheckRevision(slug string, revision int64, source []byte) (*designer.Draft, error) {
	if revision == 0 {
		return c.workshop.Check(source)
	}
	return c.check(c.workshop, &store.Draft{Slug: slug, Revision: revision, Source: source})
}

// Remember implements designer.Checker.
func (c draftChecker) Remember(slug string, revision int64, draft *designer.Draft) {
	c.remember(c.workshop, slug, revision, draft)
}
