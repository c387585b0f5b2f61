package web

import (
	"container/list"
	"sync"

	"redial/designer"
	"redial/store"
)

// checkedDrafts remembers drafts that were read and checked, with their plans, so
// that nobody checks a revision twice: not the list of flows, nor those who edit
// one, nor each letter that is typed into an expression.
type checkedDrafts struct {
	mu sync.Mutex
	// workshop is what they were checked against; another one may find other
	// problems.
	workshop *designer.Workshop
	// drafts are by slug in byUse, where those that were used last come first.
	drafts map[string]*list.Element
	byUse  list.List
	size   int // of their files, in bytes
}

type checkedDraft struct {
	slug     string
	revision int64
	draft    *designer.Draft
}

// maxCheckedBytes bounds the files of the drafts that are remembered. A draft
// takes about twenty times as much memory as its file.
const maxCheckedBytes = 3 << 20

// check reads and checks a draft.
func (c *checkedDrafts) check(workshop *designer.Workshop, draft *store.Draft) (*designer.Draft, error) {
	if known := c.find(workshop, draft.Slug, draft.Revision); known != nil {
		return known, nil
	}
	checked, err := workshop.Check(draft.Source)
	if err != nil {
		return nil, err
	}
	c.remember(workshop, draft.Slug, draft.Revision, checked)
	return checked, nil
}

// find is what was found in a revision of a draft; nil if that is not known.
func (c *checkedDrafts) find(workshop *designer.Workshop, slug string, revision int64) *designer.Draft {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.workshop != workshop {
		c.workshop, c.drafts, c.size = workshop, map[string]*list.Element{}, 0
		c.byUse.Init()
	}
	place := c.drafts[slug]
	if place == nil {
		return nil
	}
	c.byUse.MoveToFront(place)
	if known := place.Value.(checkedDraft); known.revision == revision {
		return known.draft
	}
	return nil
}

// remember keeps what was found in the newest revision of a draft.
func (c *checkedDrafts) remember(workshop *designer.Workshop, slug string, revision int64, draft *designer.Draft) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.workshop != workshop {
		return
	}
	if place := c.drafts[slug]; place != nil {
		if place.Value.(checkedDraft).revision > revision {
			return
		}
		c.forget(place)
	}
	c.drafts[slug] = c.byUse.PushFront(checkedDraft{slug, revision, draft})
	c.size += draft.Size
	// The one that is worked with stays, however large it is.
	for c.size > maxCheckedBytes && c.byUse.Len() > 1 {
		c.forget(c.byUse.Back())
	}
}

func (c *checkedDrafts) forget(place *list.Element) {
	known := c.byUse.Remove(place).(checkedDraft)
	delete(c.drafts, known.slug)
	c.size -= known.draft.Size
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
