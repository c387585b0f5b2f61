package flow

import "time"

// Version is a flow as it was frozen, for good: publishing freezes a numbered
// version, testing a draft freezes one without a number.
type Version struct {
	ID     int64  // of the frozen content
	Flow   string // slug
	Number int    // counts the published versions of a flow from 1; 0: a draft under test
	// Content is the flow file in its canonical JSON form.
	Content []byte
	// Components are the manifests that the flow's steps use, as they were.
	Components []Manifest
	Comment    string
	Created    time.Time
}

// Manifest is the description of a component, frozen under the hash of its
// content.
type Manifest struct {
	Hash   string // hex SHA-256 of Source
	Name   string // of the component
	Source []byte
}
