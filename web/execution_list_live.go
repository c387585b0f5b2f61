package web

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/gorilla/websocket"

	"redial/engine/flow"
)

// Bounds of the list's socket. However many executions run, a viewer gets so
// many rows at most, so often at most: more cannot be read anyway.
const (
	rowsEvery  = 300 * time.Millisecond
	rowsAtOnce = 50
)

// rowsFrame is what the list's socket sends: rows that are new or have changed,
// oldest first. It says how executions stand and is no log: a viewer who lost
// the line loads the list again.
type rowsFrame struct {
	Rows []liveRow `json:"rows"`
	// Passed is how many executions were left out because there were more.
	Passed int `json:"passed,omitempty"`
}

type liveRow struct {
	ID      string `json:"id"`
	HTML    string `json:"html"`
	Matches bool   `json:"matches"` // the list's filter
}

// liveExecutions tells the list what changes.
func (s *Server) liveExecutions(w http.ResponseWriter, r *http.Request) {
	filter := readExecutionFilter(r.URL.Query())
	names := s.newFlowNames()
	s.serveSocket(w, r, s.engine.WatchAll(), func(v *viewer) {
		pause := time.NewTicker(rowsEvery)
		defer pause.Stop()
		for {
			select {
			case <-v.done.Done():
				return
			case <-v.pings:
				if !v.ping() {
					return
				}
			case <-pause.C:
				if ids := v.subscription.Take(); len(ids) > 0 && !s.sendRows(v, filter, names, ids) {
					return
				}
			}
		}
	})
}

// sendRows sends where some executions stand, the newest of them if there are
// too many.
func (s *Server) sendRows(v *viewer, filter executionFilter, names *flowNames, ids []string) bool {
	slices.Sort(ids)
	frame := rowsFrame{Passed: max(0, len(ids)-rowsAtOnce)}
	for _, id := range ids[frame.Passed:] {
		row, err := s.liveRow(v.done, filter, names, id)
		if err != nil {
			if v.done.Err() == nil {
				s.Logger.Error("an execution could not be read for a viewer", "execution", id, "error", err)
			}
			return false
		}
		frame.Rows = append(frame.Rows, row)
	}
	data, err := json.Marshal(frame)
	if err != nil {
		s.Logger.Error("rows could not be written for a viewer", "error", err)
		return false
	}
	return v.conn.SetWriteDeadline(time.Now().Add(writeWait)) == nil && v.conn.WriteMessage(websocket.TextMessage, data) == nil
}

func (s *Server) liveRow(ctx context.Context, filter executionFilter, names *flowNames, id string) (liveRow, error) {
	x, err := s.store.Execution(ctx, id)
	if err != nil {
		return liveRow{}, err
	}
	html, err := s.rowHTML(ctx, x, names)
	return liveRow{ID: id, HTML: html, Matches: filter.matches(x)}, err
}

func (s *Server) rowHTML(ctx context.Context, x *flow.Execution, names *flowNames) (string, error) {
	var html bytes.Buffer
	err := executionRowView(newExecutionRow(x, names.of(ctx, x.Flow), time.Now())).Render(ctx, &html)
	return html.String(), err
}
