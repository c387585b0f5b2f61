package browser

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
)

// watchFrames notes for each frame how long after the one before it comes, and
// how long the page works on it: callbacks, styles, layout and painting.
const watchFrames = `window.frames_ = {gaps: [], work: []};
(() => {
	const after = new MessageChannel();
	let began = 0, before = 0;
	after.port1.onmessage = () => frames_.work.push(performance.now() - began);
	requestAnimationFrame(function next(now) {
		if (before) frames_.gaps.push(now - before);
		before = now;
		began = performance.now();
		after.port2.postMessage(0);
		requestAnimationFrame(next);
	});
})()`

type frames struct {
	Gap  float64 `json:"gap"`
	Work float64 `json:"work"`
}

// readFrames is the time that 95 of 100 frames keep to.
const readFrames = `(() => {
	const p95 = (list) => list.sort((a, b) => a - b)[Math.floor(list.length * 0.95)] ?? 0;
	const found = {gap: p95(frames_.gaps), work: p95(frames_.work)};
	frames_.gaps.length = frames_.work.length = 0;
	return found;
})()`

func benchmarkFrames(b *testing.B, act func(tb *tab, round int)) {
	b.Helper()
	for _, steps := range []int{200, 1000} {
		b.Run(fmt.Sprintf("steps=%d", steps), func(b *testing.B) {
			p := newDemo(b)
			p.api(b, http.MethodPut, "/api/flows/large", largeFlow(steps), nil)
			tb := p.signedIn(b)
			tb.openFlow(p, "large")
			tb.settle()
			evaluate[any](tb, takeEvents)
			evaluate[any](tb, watchFrames)
			tb.wait("some frames", `frames_.gaps.length > 10`)
			evaluate[any](tb, readFrames)
			var worst frames
			round := 0
			for b.Loop() {
				act(tb, round)
				round++
				got := evaluate[frames](tb, readFrames)
				worst.Gap, worst.Work = max(worst.Gap, got.Gap), max(worst.Work, got.Work)
			}
			b.ReportMetric(worst.Gap, "p95-frame-ms")
			b.ReportMetric(worst.Work, "p95-work-ms")
			b.ReportMetric(tb.heap(), "MB-heap")
		})
	}
}

// heap is how much memory the scripts of the page use, in MB.
func (tb *tab) heap() float64 {
	tb.t.Helper()
	ctx, cancel := tb.within()
	defer cancel()
	_, err := chromedp.Call(ctx, performance.Enable, performance.EnableParams{})
	tb.must("measuring", err)
	metrics, err := chromedp.Call(ctx, performance.GetMetrics, cdp.Empty{})
	tb.must("measuring", err)
	for _, metric := range metrics.Metrics {
		if metric.Name == "JSHeapUsedSize" {
			return metric.Value / (1 << 20)
		}
	}
	return 0
}

// BenchmarkCanvasDrag drags a card in the middle of a chain over a hundred
// places, with its edges and guides.
func BenchmarkCanvasDrag(b *testing.B) {
	benchmarkFrames(b, func(tb *tab, _ int) {
		from := tb.card("step_1")
		tb.mouse(input.DispatchMouseEventTypeMouseMoved, from, 0)
		tb.mouse(input.DispatchMouseEventTypeMousePressed, from, 1)
		evaluate[any](tb, readFrames)
		for i := range 100 {
			tb.mouse(input.DispatchMouseEventTypeMouseMoved, from.by(float64(i), float64(i%20)*3), 1)
		}
		tb.mouse(input.DispatchMouseEventTypeMouseReleased, from, 0)
	})
}

// BenchmarkCanvasDragAll drags all cards at once.
func BenchmarkCanvasDragAll(b *testing.B) {
	benchmarkFrames(b, func(tb *tab, _ int) {
		evaluate[any](tb, `(() => { const canvas = document.querySelector("flow-canvas"); canvas.select([...canvas.querySelectorAll("li.step")].map((item) => item.dataset.step)); })()`)
		tb.settle()
		from := tb.card("step_1")
		tb.mouse(input.DispatchMouseEventTypeMouseMoved, from, 0)
		tb.mouse(input.DispatchMouseEventTypeMousePressed, from, 1)
		evaluate[any](tb, readFrames)
		for i := range 60 {
			tb.mouse(input.DispatchMouseEventTypeMouseMoved, from.by(float64(i), float64(i%20)*3), 1)
		}
		tb.mouse(input.DispatchMouseEventTypeMouseReleased, from, 0)
	})
}

// BenchmarkCanvasPan moves the canvas by the wheel.
func BenchmarkCanvasPan(b *testing.B) {
	benchmarkFrames(b, func(tb *tab, round int) {
		ctx, cancel := tb.within()
		defer cancel()
		at := tb.on(".canvas-view")
		for i := range 100 {
			down := 30.0
			if (i/50+round)%2 == 1 {
				down = -30
			}
			_, err := chromedp.Call(ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{
				Type: input.DispatchMouseEventTypeMouseWheel, X: at.X, Y: at.Y, DeltaX: 4, DeltaY: down,
			})
			tb.must("turning the wheel", err)
			tb.nextFrame(ctx)
		}
	})
}
