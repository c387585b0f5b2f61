package web

import "net/http"

// routePages are the pages of people, and what their forms post to.
func (s *Server) routePages(mux *http.ServeMux) {
	mux.Handle("GET /{$}", s.page(s.flowListPage))
	mux.Handle("GET /flows", http.RedirectHandler("/", http.StatusSeeOther)) // what people type
	mux.Handle("GET /flow-health", s.page(s.flowHealth))
	mux.Handle("POST /flows", s.page(s.createFlow))
	mux.Handle("POST /flows/import", s.page(s.importFlow))
	mux.Handle("GET /flows/{slug}/export", s.page(s.exportFlow))
	mux.Handle("POST /flows/{slug}/duplicate", s.page(s.duplicateFlow))
	mux.Handle("POST /flows/{slug}/delete", s.page(s.removeFlow))
	mux.Handle("GET /components", s.page(s.componentsPage))
	mux.Handle("GET /components/{name}", s.page(s.componentsPage))
	mux.Handle("GET /connections", s.page(s.connectionsPage))
	mux.Handle("POST /connections", s.page(s.createConnection))
	mux.Handle("GET /connections/{name}", s.page(s.connectionsPage))
	mux.Handle("POST /connections/{name}", s.page(s.changeConnection))
	mux.Handle("POST /connections/{name}/delete", s.page(s.removeConnection))
	mux.Handle("POST /connection-test", s.page(s.testConnection))
	s.routeExecutionPages(mux)
}
