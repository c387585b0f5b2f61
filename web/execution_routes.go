package web

import "net/http"

// routeExecutionPages are the pages of executions and what their scripts load.
func (s *Server) routeExecutionPages(mux *http.ServeMux) {
	mux.HandleFunc("GET /executions", s.executionList)
	mux.Handle("GET /executions/live", s.authenticated(s.liveExecutions))
	mux.Handle("GET /executions/{id}/summary", s.page(s.executionSummary))
	mux.Handle("GET /executions/{id}/answer", s.page(s.executionAnswer))
	mux.Handle("GET /executions/{id}/steps/{step}", s.page(s.executionStep))
	mux.Handle("GET /executions/{id}/steps/{step}/{part}", s.page(s.executionValue))
}
