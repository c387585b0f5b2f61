package hook

import (
	"errors"
	"mime"
	"net/http"

	"redial/engine"
	"redial/web/header"
	"redial/web/reply"
)

// Refusal is a call of a hook that started nothing. It says nothing of the call's
// credentials, body or query, but for what the problem says.
type Refusal struct {
	// Flow is the slug of the flow that was called; empty: none is published there, as
	// far as that is known without asking the database.
	Flow    string
	Problem *reply.Problem
	// ContentType is the media type of the call; empty: it has none that can be read.
	ContentType string
	// Caller is the address that the call comes from.
	Caller string
}

// refuse answers a call of a hook that starts nothing.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, problem *reply.Problem) {
	refusal := &Refusal{Problem: problem}
	if slug := r.PathValue("slug"); s.published.Known(slug) {
		refusal.Flow, refusal.Caller = slug, header.CallerAddress(r, s.bounds.Proxies)
		if mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil {
			refusal.ContentType = mediaType
		}
	}
	s.refused(refusal)
	s.Problem(w, r, problem)
}

// turnAway is refuse for a call whose body may not have been read.
func (s *Server) turnAway(w http.ResponseWriter, r *http.Request, problem *reply.Problem) {
	answerUnread(w, r)
	s.refuse(w, r, problem)
}

// fault answers a call that started nothing because of a fault that is not its own.
func (s *Server) fault(w http.ResponseWriter, r *http.Request, doing string, err error) {
	if errors.Is(err, engine.ErrNotFound) {
		s.Fail(w, r, doing, err)
	} else if problem := s.Fault(r, doing, err); problem != nil {
		s.refuse(w, r, problem)
	}
}
