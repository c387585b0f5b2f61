package web

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"redial/engine/flow"
)

// histogram is how many executions started when, as bars of an SVG.
type histogram struct {
	Bars     []histogramBar
	Width    int
	Total    int
	Highest  int
	Failed   int
	Partly   bool      // there are more than are counted
	From, To time.Time // what is shown
}

// histogramBar is one span of time. Its parts stand on each other, from the
// bottom to the top.
type histogramBar struct {
	X        int
	From, To time.Time
	Parts    []histogramPart
	Count    int
	Says     string // how many, in words
	Link     string // the list of this span, or of all if it is the one chosen
	Chosen   bool
}

type histogramPart struct {
	Class string // succeeded, failed or other
	Y, H  string
}

// Geometry of the histogram, in units of its SVG, which is stretched in width.
const (
	barStep   = 12
	barWidth  = 9
	barHeight = 56
	leastBar  = 2.0 // whatever happened can be seen
)

// histogram counts executions for a filter. It shows the period up to now,
// whatever span of it the list is narrowed to.
func (s *Server) histogram(ctx context.Context, f executionFilter, now time.Time) (*histogram, error) {
	shown := periods[1]
	for _, p := range periods {
		if p.Name == f.Period {
			shown = p
		}
	}
	h := &histogram{Width: shown.Bars * barStep, To: now.UTC().Truncate(shown.Span).Add(shown.Span)}
	h.From = h.To.Add(-time.Duration(shown.Bars) * shown.Span)
	query := f.query()
	query.Since, query.Until, query.After = h.From, h.To, ""
	counts, complete, err := s.store.CountExecutions(ctx, query, shown.Span)
	if err != nil {
		return nil, err
	}
	h.Partly = !complete
	tallies := make([]map[string]int, shown.Bars)
	for _, c := range counts {
		if c.Span >= len(tallies) {
			continue
		}
		if tallies[c.Span] == nil {
			tallies[c.Span] = map[string]int{}
		}
		tallies[c.Span][histogramClass(c.Status)] += c.Count
		h.Total += c.Count
	}
	for _, tally := range tallies {
		h.Highest = max(h.Highest, tally["succeeded"]+tally["failed"]+tally["other"])
		h.Failed += tally["failed"]
	}
	for i, tally := range tallies {
		from := h.From.Add(time.Duration(i) * shown.Span)
		h.Bars = append(h.Bars, newHistogramBar(f, i, from, from.Add(shown.Span), tally, h.Highest))
	}
	return h, nil
}

func histogramClass(status flow.Status) string {
	switch status {
	case flow.Succeeded:
		return "succeeded"
	case flow.Failed:
		return "failed"
	default:
		return "other"
	}
}

func newHistogramBar(f executionFilter, i int, from, to time.Time, tally map[string]int, highest int) histogramBar {
	bar := histogramBar{X: i * barStep, From: from, To: to, Chosen: f.From.Equal(from) && f.To.Equal(to)}
	bottom := float64(barHeight)
	var says []string
	for _, class := range []string{"failed", "other", "succeeded"} {
		n := tally[class]
		if n == 0 {
			continue
		}
		bar.Count += n
		word := class
		if class == "other" {
			word = "not ended or canceled"
		}
		says = append(says, fmt.Sprintf("%s %s", grouped(n), word))
		height := min(bottom, max(leastBar, float64(n)/float64(max(1, highest))*barHeight))
		bottom -= height
		bar.Parts = append(bar.Parts, histogramPart{Class: class, Y: pixels(bottom), H: pixels(height)})
	}
	bar.Says = strings.Join(says, ", ")
	bar.Link = f.path(func(f *executionFilter) {
		f.After = ""
		if bar.Chosen {
			f.From, f.To = time.Time{}, time.Time{}
		} else {
			f.From, f.To = from, to
		}
	})
	return bar
}

// viewBox is that of the SVG.
func (h *histogram) viewBox() string {
	return "0 0 " + strconv.Itoa(h.Width) + " " + strconv.Itoa(barHeight)
}

// says is the histogram in words.
func (h *histogram) says() string {
	text := grouped(h.Total) + " executions"
	if h.Total == 1 {
		text = "1 execution"
	}
	if h.Partly {
		text = "The newest " + text
	}
	if h.Failed > 0 {
		text += ", " + grouped(h.Failed) + " failed"
	}
	return text
}
