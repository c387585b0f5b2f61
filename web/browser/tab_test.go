package browser

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// tab is a page that a visitor looks at.
type tab struct {
	t   testing.TB
	ctx context.Context
	v   *visitor
}

// tab opens an empty tab, in a window of its own so that none is in the
// background, where browsers draw nothing.
func (v *visitor) tab() *tab {
	v.t.Helper()
	ctx := v.ctx
	if v.taken {
		var closeTab context.CancelFunc
		ctx, closeTab = chromedp.NewContext(v.ctx, chromedp.WithNewWindow(true))
		v.t.Cleanup(closeTab)
	}
	v.taken = true
	tb := &tab{t: v.t, ctx: ctx, v: v}
	if err := chromedp.Do(ctx); err != nil { // not within a time: it would be that of the tab
		v.t.Fatalf("opening a tab: %v", err)
	}
	tb.must("watching a tab", v.watch.begin(ctx))
	_, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	tb.must("focusing a tab", err)
	tb.look(wide, light)
	return tb
}

func (tb *tab) must(what string, err error) {
	tb.t.Helper()
	if err != nil {
		tb.t.Fatalf("%s: %v", what, err)
	}
}

// within bounds an action by patience.
func (tb *tab) within() (context.Context, context.CancelFunc) {
	return context.WithTimeout(tb.ctx, patience)
}

// open loads a URL and returns the status of the answer.
func (tb *tab) open(url string) int {
	tb.t.Helper()
	ctx, cancel := tb.within()
	defer cancel()
	response, err := chromedp.Run(ctx, chromedp.NavigateResponse(url))
	tb.must("opening "+url, err)
	tb.settle()
	if response == nil { // the page was there before the answer was told of
		return evaluate[int](tb, `performance.getEntriesByType("navigation")[0].responseStatus`)
	}
	return int(response.Status)
}

// settle waits until fonts are there and nothing moves that ends by itself. What
// takes less than a millisecond is stopped for who wants no motion; it may come
// again and again.
func (tb *tab) settle() {
	tb.t.Helper()
	ctx, cancel := tb.within()
	defer cancel()
	for range 2 { // a change of colours shows in the next frame
		tb.nextFrame(ctx)
	}
	tb.wait("the page to come to rest", `document.readyState === "complete" && document.fonts.status === "loaded" &&
		document.getAnimations().every((animation) => {
			const end = animation.effect.getComputedTiming().endTime;
			return animation.playState !== "running" || end === Infinity || end < 1;
		})`)
}

// evaluate is the value of an expression in the page. It may be a promise.
func evaluate[T any](tb *tab, expression string) T {
	tb.t.Helper()
	ctx, cancel := tb.within()
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	tb.must("evaluating "+expression, err)
	return value
}

// wait lasts until a condition, an expression in JavaScript, holds. It looks at
// every frame that the browser draws, and goes on where the page is another one.
func (tb *tab) wait(what, condition string) {
	tb.t.Helper()
	ctx, cancel := tb.within()
	defer cancel()
	expression := fmt.Sprintf(`(async () => {
		while (!(%s)) await new Promise((resolve) => requestAnimationFrame(resolve));
	})()`, condition)
	for {
		_, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](expression, chromedp.EvalAwaitPromise))
		switch {
		case err == nil:
			return
		case ctx.Err() != nil:
			tb.t.Fatalf("waiting in vain for %s. %s", what, tb.description())
		case !navigated(err):
			tb.t.Fatalf("waiting for %s: %v", what, err)
		}
	}
}

// navigated reports whether a script ended because its page went away.
func navigated(err error) bool {
	var exception *chromedp.ExceptionError
	if errors.As(err, &exception) {
		return false
	}
	text := err.Error()
	return strings.Contains(text, "navigated or closed") || strings.Contains(text, "context was destroyed") ||
		strings.Contains(text, "Cannot find context") || strings.Contains(text, "Cannot find default execution context")
}

// nextFrame waits for the browser to draw, if it still is the same page.
func (tb *tab) nextFrame(ctx context.Context) {
	_, _ = chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](
		`new Promise((resolve) => requestAnimationFrame(resolve))`, chromedp.EvalAwaitPromise))
}

// see waits until the page shows a text.
func (tb *tab) see(text string) {
	tb.t.Helper()
	tb.wait(fmt.Sprintf("the text %q", text), fmt.Sprintf(`document.body?.innerText.includes(%s)`, quote(text)))
}

// text is what a person can read on the page.
func (tb *tab) text() string {
	tb.t.Helper()
	return evaluate[string](tb, `document.body.innerText`)
}

// path is where the page is.
func (tb *tab) path() string {
	tb.t.Helper()
	return evaluate[string](tb, `location.pathname`)
}

// description is for messages: where the page is and what it shows.
func (tb *tab) description() string {
	ctx, cancel := context.WithTimeout(tb.ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + " shows: " + document.body?.innerText.slice(0, 2000)`))
	if err != nil {
		return fmt.Sprintf("The page does not answer: %v", err)
	}
	return text
}

// quote writes a text as a literal of JavaScript.
func quote(text string) string {
	return strings.NewReplacer("\u2028", `\u2028`, "\u2029", `\u2029`).Replace(jsonText(text))
}
