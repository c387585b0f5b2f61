package simulated

import (
	"embed"
	"net/http"

	"github.com/a-h/templ"
)

//go:embed assets/*.css assets/*.js assets/*.svg
var assets embed.FS

// pagePolicy allows a page what it needs and nothing from elsewhere. Frames
// are for the HTML of mails, which has a stricter policy of its own.
const pagePolicy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; " +
	"frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// render answers with a page.
func render(w http.ResponseWriter, r *http.Request, page templ.Component) {
	header := w.Header()
	header.Set("Content-Security-Policy", pagePolicy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")
	templ.Handler(page).ServeHTTP(w, r)
}

// pageRoutes adds the overview and what all pages load.
func (s *Services) pageRoutes(mux *http.ServeMux) {
	files := http.FileServerFS(assets)
	mux.HandleFunc("GET /assets/{file}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		files.ServeHTTP(w, r)
	})
	mux.HandleFunc("GET /{$}", s.overview)
}
