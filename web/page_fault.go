package web

import (
	"errors"
	"net/http"

	"redial/engine"
	"redial/web/hook"
	"redial/web/reply"
)

// fragment reports whether htmx asks for a part of a page. A page that the
// browser goes back to is wanted whole.
func fragment(r *http.Request) bool {
	return r.Header.Get("HX-Request-Type") == "partial" && r.Header.Get("HX-History-Restore-Request") == ""
}

// pageFault answers a person for whom something went wrong: a page, or a notice
// where a part of a page was asked for.
func (s *Server) pageFault(w http.ResponseWriter, r *http.Request, doing string, err error) {
	if r.Context().Err() != nil {
		return
	}
	if errors.Is(err, engine.ErrNotFound) {
		if dropped := s.hooks.Dropped(r); dropped != nil {
			s.faultPage(w, r, http.StatusGone, "Not kept any more", hook.DroppedText(dropped))
			return
		}
		s.faultPage(w, r, http.StatusNotFound, "Nothing there", "What you are looking for is not here, or not any more. Go back to the list and choose again.")
		return
	}
	if errors.Is(err, reply.ErrCrowded) {
		s.faultPage(w, r, http.StatusServiceUnavailable, "Too much at once", "The server is busy with the data of other flows. Try again in a moment.")
		return
	}
	s.Logger.Error("a page failed", "doing", doing, "path", r.URL.Path, "error", err)
	s.faultPage(w, r, http.StatusInternalServerError, "This did not work", "Something went wrong inside of Redial. Try again; if it stays, the log of the server says more.")
}

func (s *Server) faultPage(w http.ResponseWriter, r *http.Request, status int, title, what string) {
	if fragment(r) {
		s.Render(w, r, status, faultNotice(what))
		return
	}
	s.Render(w, r, status, faultView(title, what))
}
