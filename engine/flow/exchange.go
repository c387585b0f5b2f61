package flow

import "time"

// Exchange is what went over the wire in one call of a step, for people to look
// at. Secrets are masked and bodies are bounded.
type Exchange struct {
	Method    string   `json:"method"`
	URL       string   `json:"url"`
	Redirects []string `json:"redirects,omitempty"`
	Request   Message  `json:"request"`
	// Status is 0 and Response empty if no answer came.
	Status   int           `json:"status,omitempty"`
	Response Message       `json:"response"`
	Duration time.Duration `json:"duration"` // nanoseconds
	Failure  string        `json:"failure,omitempty"`
}

// Message is the request or the answer of an exchange.
type Message struct {
	Header map[string][]string `json:"header,omitempty"`
	Body   string              `json:"body,omitempty"`
	// Size is that of the whole body in bytes; Body may be a part of it.
	Size int `json:"size"`
}
