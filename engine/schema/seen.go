package schema

import "maps"

// seen is which parts of one value have been looked at by a schema and by those
// that it applies to the same value. A nil seen takes no notes.
type seen struct {
	fields     map[string]bool
	allFields  bool
	items      map[int]bool
	firstItems int // that many from the start
	allItems   bool
	// uncertain says that no branch of an anyOf or oneOf fits, so that nobody
	// knows which parts are meant to be there.
	uncertain bool
}

// branch is a new seen for a schema that counts only if it fits.
func (s *seen) branch() *seen {
	if s == nil {
		return nil
	}
	return &seen{}
}

func (s *seen) add(other *seen) {
	if s == nil || other == nil {
		return
	}
	for name := range other.fields {
		s.field(name)
	}
	if s.items == nil && len(other.items) > 0 {
		s.items = make(map[int]bool, len(other.items))
	}
	maps.Copy(s.items, other.items)
	s.allFields = s.allFields || other.allFields
	s.allItems = s.allItems || other.allItems
	s.firstItems = max(s.firstItems, other.firstItems)
	s.uncertain = s.uncertain || other.uncertain
}

func (s *seen) field(name string) {
	if s == nil {
		return
	}
	if s.fields == nil {
		s.fields = make(map[string]bool)
	}
	s.fields[name] = true
}

func (s *seen) item(index int) {
	if s == nil {
		return
	}
	if s.items == nil {
		s.items = make(map[int]bool)
	}
	s.items[index] = true
}

func (s *seen) first(count int) {
	if s != nil {
		s.firstItems = max(s.firstItems, count)
	}
}

func (s *seen) everyField() {
	if s != nil {
		s.allFields = true
	}
}

func (s *seen) everyItem() {
	if s != nil {
		s.allItems = true
	}
}

func (s *seen) unsure() {
	if s != nil {
		s.uncertain = true
	}
}
