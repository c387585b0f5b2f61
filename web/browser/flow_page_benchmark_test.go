package browser

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// markUsable notes when the canvas has taken over the cards and the browser has
// drawn that.
const markUsable = `new MutationObserver((_, observer) => {
	if (!document.querySelector('flow-canvas[data-view="canvas"]')) return;
	observer.disconnect();
	requestAnimationFrame(() => setTimeout(() => performance.mark("usable")));
}).observe(document, {subtree: true, childList: true, attributeFilter: ["data-view"]});`

// pageCost is what opening a page takes: times in milliseconds from the click
// on, sizes in bytes as sent.
type pageCost struct {
	Painted  float64 `json:"painted"`
	Usable   float64 `json:"usable"`
	Document float64 `json:"document"`
	All      float64 `json:"all"`
}

const readCost = `(() => {
	const document = performance.getEntriesByType("navigation")[0];
	const rest = performance.getEntriesByType("resource").reduce((sum, entry) => sum + entry.transferSize, 0);
	return {
		painted: performance.getEntriesByName("first-contentful-paint")[0].startTime,
		usable: performance.getEntriesByName("usable")[0].startTime,
		document: document.transferSize, all: document.transferSize + rest,
	};
})()`

// BenchmarkFlowPage opens the page of a flow in a browser that has nothing of it
// yet, and tells the medians of what that takes.
func BenchmarkFlowPage(b *testing.B) {
	for _, steps := range []int{10, 200, 1000} {
		b.Run(fmt.Sprintf("steps=%d", steps), func(b *testing.B) {
			p := newDemo(b)
			p.api(b, http.MethodPut, "/api/flows/large", largeFlow(steps), nil)
			tb := p.signedIn(b)
			_, err := chromedp.Call(tb.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: markUsable})
			tb.must("adding the mark", err)
			_, err = chromedp.Call(tb.ctx, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true})
			tb.must("forgetting what was loaded", err)
			var costs []pageCost
			for b.Loop() {
				tb.openFlow(p, "large")
				tb.wait("the page to be usable", `performance.getEntriesByName("usable").length > 0`)
				costs = append(costs, evaluate[pageCost](tb, readCost))
			}
			b.ReportMetric(median(costs, func(c pageCost) float64 { return c.Painted }), "ms-to-first-paint")
			b.ReportMetric(median(costs, func(c pageCost) float64 { return c.Usable }), "ms-to-usable")
			b.ReportMetric(median(costs, func(c pageCost) float64 { return c.Document / 1024 }), "KiB-document")
			b.ReportMetric(median(costs, func(c pageCost) float64 { return c.All / 1024 }), "KiB-in-all")
		})
	}
}

func median(costs []pageCost, of func(pageCost) float64) float64 {
	var values []float64
	for _, c := range costs {
		values = append(values, of(c))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// largeFlow is a flow file of chains of ten steps each, side by side.
func largeFlow(steps int) map[string]any {
	all := make(map[string]any, steps)
	var edges []string
	for i := range steps {
		id := fmt.Sprintf("step_%d", i)
		all[id] = map[string]any{
			"name": fmt.Sprintf("Step %d", i), "uses": "transform",
			"with": map[string]any{"set": map[string]any{"total": fmt.Sprintf("{{ %d + 1 }}", i)}},
		}
		before := "trigger"
		if i%10 > 0 {
			before = fmt.Sprintf("step_%d", i-1)
		}
		edges = append(edges, before+" -> "+id)
	}
	return map[string]any{
		"redial": 1, "slug": "large", "name": "Large flow",
		"trigger": map[string]any{"uses": "webhook"}, "steps": all, "edges": edges,
	}
}
