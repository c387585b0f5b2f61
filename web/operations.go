package web

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"redial/engine"
	"redial/web/reply"
)

// metrics are what a Prometheus server reads.
type metrics struct {
	handler  http.Handler
	refusals *prometheus.CounterVec
	answers  *prometheus.CounterVec
	dropped  *prometheus.CounterVec
}

func newMetrics(e *engine.Engine) *metrics {
	registry := prometheus.NewRegistry()
	m := &metrics{
		handler: promhttp.HandlerFor(registry, promhttp.HandlerOpts{}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "redial_hook_refusals_total",
			Help: "Calls of hooks that started nothing, by type of problem.",
		}, []string{"type"}),
		answers: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "redial_http_answers_total",
			Help: "Answers to HTTP requests, by kind of address and status.",
		}, []string{"area", "status"}),
		dropped: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "redial_executions_dropped_total",
			Help: "Executions that are not there any more, by why: age, or deleted by somebody.",
		}, []string{"why"}),
	}
	for _, why := range []string{droppedByAge, deletedByHand} {
		m.dropped.WithLabelValues(why) // there from the first, at 0
	}
	active := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "redial_executions_active",
		Help: "Executions under way in this process, those that wait for their turn among them.",
	}, func() float64 { return float64(e.Active()) })
	queued := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "redial_executions_queued",
		Help: "Executions that wait for their turn in this process.",
	}, func() float64 { return float64(e.Load().Queued()) })
	registry.MustRegister(m.refusals, m.answers, m.dropped, active, queued,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) refused(p *reply.Problem) { m.refusals.WithLabelValues(p.Type).Inc() }

// counted counts the answers of one kind of address.
func (m *metrics) counted(area string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		next(recorder, r)
		m.answers.WithLabelValues(area, strconv.Itoa(recorder.status)).Inc()
	}
}

// statusRecorder remembers the status of an answer.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *statusRecorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// routeOperations are the URLs for whoever runs the server.
func (s *Server) routeOperations(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		s.WriteJSON(w, http.StatusOK, map[string]any{"status": "ok"})
	})
	mux.HandleFunc("GET /readyz", s.ready)
	mux.Handle("GET /metrics", s.metrics.handler)
}

// ready reports whether calls can be taken: the store reads and writes.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	if err := s.store.Ready(r.Context()); err != nil {
		s.Logger.Warn("the store is not ready", "error", err)
		s.Problem(w, r, &reply.Problem{Type: "unavailable", Detail: "Nothing can be stored at the moment. The server's log says why.", RetryAfter: reply.ShortPause})
		return
	}
	s.WriteJSON(w, http.StatusOK, map[string]any{"status": "ready"})
}
