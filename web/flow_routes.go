package web

import "net/http"

// routeFlowPages are the page of a flow and what its scripts load and send.
func (s *Server) routeFlowPages(mux *http.ServeMux) {
	mux.Handle("GET /flows/{slug}", s.page(s.flowPage))
	mux.HandleFunc("GET /flows/{slug}/docs", s.flowDocsPage)
	mux.Handle("GET /flows/{slug}/state", s.page(s.flowStateJSON))
	mux.Handle("GET /flows/{slug}/calling", s.page(s.callingFragment))
	mux.Handle("GET /flows/{slug}/history", s.page(s.historyFragment))
	mux.Handle("GET /flows/{slug}/settings", s.page(s.settingsFragment))
	mux.Handle("POST /flows/{slug}/slug", s.authenticated(s.moveFlow))
	mux.Handle("POST /flows/{slug}/copy-as", s.authenticated(s.copyFlowAs))
	mux.Handle("GET /flow-slug", s.page(s.suggestSlug))
	mux.Handle("POST /flows/{slug}/callback-secret", s.page(s.generateSigner))
	mux.Handle("GET /templates/{slug}", s.page(s.templateFile))
	mux.Handle("GET /flows/{slug}/steps/{step}", s.page(s.stepFragment))
	mux.Handle("POST /flows/{slug}/steps/{step}/compose", s.page(s.composeExpression))
	mux.Handle("GET /flows/{slug}/steps/{step}/choices", s.page(s.fieldChoices))
	mux.Handle("POST /flows/{slug}/edits", s.authenticated(s.editFlow))
	mux.Handle("GET /flows/{slug}/edits", s.authenticated(s.editsSince))
	mux.Handle("POST /flows/{slug}/undo", s.authenticated(s.undoEdit))
	mux.Handle("POST /flows/{slug}/redo", s.authenticated(s.redoEdit))
	mux.Handle("GET /flows/{slug}/copy", s.authenticated(s.copySteps))
	mux.Handle("PUT /flows/{slug}/payload", s.page(s.putPayload))
	mux.Handle("GET /flows/{slug}/samples", s.page(s.listSamples))
	mux.Handle("GET /flows/{slug}/samples/schema", s.page(s.sampleSchema))
	mux.Handle("POST /flows/{slug}/capture", s.page(s.armCapture))
	mux.Handle("GET /flows/{slug}/capture", s.page(s.lookCapture))
	mux.Handle("DELETE /flows/{slug}/capture", s.page(s.disarmCapture))
	mux.Handle("POST /flows/{slug}/runs", s.page(s.startRun))
	mux.Handle("GET /flows/{slug}/stale", s.page(s.staleSteps))
	mux.Handle("GET /flows/{slug}/pins/{step}", s.page(s.getPin))
	mux.Handle("PUT /flows/{slug}/pins/{step}", s.page(s.putPin))
	mux.Handle("DELETE /flows/{slug}/pins/{step}", s.page(s.deletePin))
	mux.Handle("GET /executions/{id}/steps/{step}/why", s.page(s.explainStep))
}
