package reply

import (
	"net/http"

	"github.com/a-h/templ"
)

// ContentPolicy is what a page of ours may do, which is little: no inline
// scripts or styles, nothing from elsewhere.
const ContentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Render sends a page or a fragment of one.
func (wr *Writer) Render(w http.ResponseWriter, r *http.Request, status int, view templ.Component) {
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", ContentPolicy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if err := view.Render(r.Context(), w); err != nil {
		wr.Logger.Debug("a page could not be sent", "path", r.URL.Path, "error", err)
	}
}
