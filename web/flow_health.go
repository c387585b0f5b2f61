package web

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"redial/engine/flow"
	"redial/store"
)

// healthHours is the span of the small bars beside each flow.
const healthHours = 24

// flowHealth tells how flows went in the last day. The list asks for it once its
// rows are there, as it takes the longer the more executions there are.
func (s *Server) flowHealth(w http.ResponseWriter, r *http.Request) {
	slugs := r.URL.Query()["slug"]
	if len(slugs) > flowsPerPage {
		slugs = slugs[:flowsPerPage]
	}
	for _, slug := range slugs {
		if !flow.ValidSlug(slug) {
			s.faultPage(w, r, http.StatusBadRequest, "Bad request", fmt.Sprintf("%q is not the slug of a flow.", slug))
			return
		}
	}
	now := time.Now().UTC()
	from := now.Truncate(time.Hour).Add(-(healthHours - 1) * time.Hour)
	health, err := s.store.Health(r.Context(), slugs, from, healthHours)
	if err != nil {
		s.pageFault(w, r, "reading how flows went", err)
		return
	}
	queued := map[string]int{}
	for _, slug := range slugs {
		queued[slug] = s.engine.FlowLoad(slug).Queued()
	}
	s.Render(w, r, http.StatusOK, healthCells(slugs, health, queued, from))
}

// Geometry of the bars, in pixels.
const (
	healthBarWidth = 3
	healthBarStep  = 4
	healthHeight   = 20
	healthWidth    = healthHours*healthBarStep - (healthBarStep - healthBarWidth)
)

// healthBar is an hour's bar: parts from the bottom to the top.
type healthBar struct {
	Class      string // of its status
	X, Y, W, H string
}

// healthBars are the bars of a flow. The highest hour has the full height, and
// whatever happened at all can be seen.
func healthBars(hours []store.HealthHour) []healthBar {
	highest := 1
	for _, h := range hours {
		highest = max(highest, h.Succeeded+h.Failed+h.Canceled+h.Open)
	}
	bars := make([]healthBar, 0, len(hours))
	for i, h := range hours {
		bottom := float64(healthHeight)
		for _, part := range []struct {
			class string
			count int
		}{{"failed", h.Failed}, {"succeeded", h.Succeeded}, {"other", h.Canceled + h.Open}} {
			if part.count == 0 {
				continue
			}
			height := max(2, float64(part.count)/float64(highest)*healthHeight)
			height = min(height, bottom)
			bottom -= height
			bars = append(bars, healthBar{
				Class: part.class, X: strconv.Itoa(i * healthBarStep), W: strconv.Itoa(healthBarWidth),
				Y: pixels(bottom), H: pixels(height),
			})
		}
		if bottom == healthHeight {
			bars = append(bars, healthBar{
				Class: "none", X: strconv.Itoa(i * healthBarStep), W: strconv.Itoa(healthBarWidth),
				Y: strconv.Itoa(healthHeight - 1), H: "1",
			})
		}
	}
	return bars
}

func pixels(value float64) string { return strconv.FormatFloat(value, 'f', 1, 64) }

// healthSummary is what the bars say, in words.
func healthSummary(h *store.Health) string {
	total := healthTotal(h)
	if total == (store.HealthHour{}) {
		return "No executions in the last 24 hours"
	}
	text := fmt.Sprintf("Last 24 hours: %s succeeded, %s failed", grouped(total.Succeeded), grouped(total.Failed))
	if total.Canceled > 0 {
		text += fmt.Sprintf(", %s canceled", grouped(total.Canceled))
	}
	if total.Open > 0 {
		text += fmt.Sprintf(", %s not ended", grouped(total.Open))
	}
	return text
}

func healthTotal(h *store.Health) (total store.HealthHour) {
	for _, hour := range h.Hours {
		total.Succeeded += hour.Succeeded
		total.Failed += hour.Failed
		total.Canceled += hour.Canceled
		total.Open += hour.Open
	}
	return total
}

// grouped is a number with its thousands set apart: 12,345.
func grouped(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
