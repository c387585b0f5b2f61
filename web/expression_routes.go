package web

import "net/http"

// routeExpressions are what the editor of expressions asks.
func (s *Server) routeExpressions(mux *http.ServeMux) {
	mux.Handle("POST /flows/{slug}/steps/{step}/complete", s.page(s.completeExpression))
	mux.Handle("POST /flows/{slug}/steps/{step}/evaluate", s.page(s.evaluateExpression))
	mux.Handle("GET /flows/{slug}/steps/{step}/data", s.page(s.dataPanelFragment))
	mux.Handle("GET /flows/{slug}/steps/{step}/data/value", s.page(s.dataValue))
	mux.Handle("GET /functions", s.page(s.functionsFragment))
}
