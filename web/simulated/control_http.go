package simulated

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
)

// maxControlBody bounds a change of knobs.
const maxControlBody = 64 << 10

// controlState is what GET /control answers.
type controlState struct {
	Services map[string]Knobs `json:"services"`
	Stock    map[string]int64 `json:"stock"`
}

// controlFault says what is wrong with a call of the control API.
type controlFault struct {
	Error string `json:"error"`
}

func (s *Services) controlRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /control", s.getControl)
	mux.HandleFunc("PUT /control", s.putControl)
	mux.HandleFunc("POST /control/reset", s.postReset)
	mux.HandleFunc("GET /control/log", s.getLog)
	mux.Handle("GET /control/changes", s.pulse)
}

func (s *Services) getControl(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, controlState{s.control.all(), s.inventory.stock()})
}

func (s *Services) putControl(w http.ResponseWriter, r *http.Request) {
	if !isJSON(r) {
		writeJSON(w, http.StatusUnsupportedMediaType, controlFault{"Send the change as application/json."})
		return
	}
	var raw json.RawMessage
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxControlBody)).Decode(&raw); err != nil {
		writeJSON(w, http.StatusBadRequest, controlFault{"The body is not JSON: " + sentence(err)})
		return
	}
	var change Change
	if err := decodeJSON(raw, &change); err != nil {
		writeJSON(w, http.StatusUnprocessableEntity, controlFault{sentence(err)})
		return
	}
	if err := s.Set(change); err != nil {
		writeJSON(w, http.StatusUnprocessableEntity, controlFault{sentence(err)})
		return
	}
	s.getControl(w, r)
}

func (s *Services) postReset(w http.ResponseWriter, r *http.Request) {
	s.Reset()
	s.getControl(w, r)
}

// getLog answers the last n calls (at most and by default 500), of one
// service or of all, in the order in which they came.
func (s *Services) getLog(w http.ResponseWriter, r *http.Request) {
	service := r.URL.Query().Get("service")
	if service != "" && !slices.Contains(Names(), service) {
		writeJSON(w, http.StatusUnprocessableEntity, controlFault{"There is no service of that name."})
		return
	}
	n := maxRequests
	if text := r.URL.Query().Get("n"); text != "" {
		asked, err := strconv.Atoi(text)
		if err != nil || asked < 1 || asked > maxRequests {
			writeJSON(w, http.StatusUnprocessableEntity, controlFault{"n must be from 1 to 500."})
			return
		}
		n = asked
	}
	counts := make(map[string]callCount)
	for _, name := range Names() {
		received, failed := s.log.counts(name)
		counts[name] = callCount{received, failed}
	}
	writeJSON(w, http.StatusOK, struct {
		Counts   map[string]callCount `json:"counts"`
		Requests []Request            `json:"requests"`
	}{counts, s.log.list(service, n)})
}

// callCount counts all calls of a service since the start or the last reset,
// also those that the log has dropped.
type callCount struct {
	Received int64 `json:"received"`
	Failed   int64 `json:"failed"` // refused, failed on purpose, or without an answer
}
