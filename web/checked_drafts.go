package web

import (
	"sync"

	"redial/designer"
	"redial/store"
)

// checkedDrafts remembers drafts that were read and checked, so that a list of
// flows need not check each of them every time.
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
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.workshop == workshop {
		c.drafts[draft.Slug] = checkedDraft{draft.Revision, checked}
	}
	return checked, nil
}
