package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// element is something on a page, found as assistive technology finds it.
type element struct {
	tb   *tab
	role string
	name string // accessible
	node cdp.BackendNodeID
}

func (e element) what() string { return fmt.Sprintf("the %s %q", e.role, e.name) }

// element waits for the one element with a role and a name.
func (tb *tab) element(role, name string) element {
	tb.t.Helper()
	return tb.elementLike(role, "^"+regexp.QuoteMeta(name)+"$")
}

// elementLike waits for the one element with a role whose name matches.
func (tb *tab) elementLike(role, pattern string) element {
	tb.t.Helper()
	found := tb.elements(role, pattern)
	if len(found) != 1 {
		tb.t.Fatalf("there are %d elements with the role %s and a name like %s; one is wanted", len(found), role, pattern)
	}
	return found[0]
}

// elements waits for the first elements with a role whose names match.
func (tb *tab) elements(role, pattern string) []element {
	tb.t.Helper()
	ctx, cancel := tb.within()
	defer cancel()
	name := regexp.MustCompile(pattern)
	for {
		var found []element
		all := tb.byRole(ctx, role)
		for _, e := range all {
			if name.MatchString(e.name) {
				found = append(found, e)
			}
		}
		if len(found) > 0 {
			return found
		}
		if ctx.Err() != nil {
			var names []string
			for _, e := range all {
				names = append(names, e.name)
			}
			tb.t.Fatalf("waiting in vain for the role %s with a name like %s; there are %q. %s", role, pattern, names, tb.description())
		}
		tb.nextFrame(ctx)
	}
}

// byRole finds the elements with a role that are not hidden. It finds none
// while the page changes to another one.
func (tb *tab) byRole(ctx context.Context, role string) []element {
	document, err := chromedp.Run(ctx, chromedp.Evaluate[*runtime.RemoteObject](`document`))
	if err != nil {
		return nil
	}
	result, err := chromedp.Call(ctx, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{ObjectID: document.ObjectID, Role: role})
	if err != nil {
		return nil
	}
	var found []element
	for _, node := range result.Nodes {
		if node.Ignored || node.BackendDOMNodeID == 0 {
			continue
		}
		e := element{tb: tb, role: role, node: node.BackendDOMNodeID}
		if node.Name != nil {
			_ = json.Unmarshal([]byte(node.Name.Value), &e.name) // a name that is no text matches nothing
		}
		found = append(found, e)
	}
	return found
}

// hit reports what is in the way of a click, or nothing. An element that the page
// has replaced is an error.
const hit = `function (x, y) {
	if (!this.isConnected) throw new Error("the element is gone");
	const top = document.elementFromPoint(x, y);
	if (!top) return "the edge of the window";
	return this === top || this.contains(top) || top.closest("label")?.control === this ? "" : top.outerHTML.slice(0, 200);
}`

// click presses the mouse in the middle of an element, where it must be seen. If
// the page has put another element in its place meanwhile, that one is clicked.
func (e element) click() {
	e.tb.t.Helper()
	ctx, cancel := e.tb.within()
	defer cancel()
	x, y, cover, err := e.aim(ctx)
	for err != nil && ctx.Err() == nil {
		e.tb.nextFrame(ctx)
		e = e.tb.element(e.role, e.name)
		x, y, cover, err = e.aim(ctx)
	}
	e.tb.must("finding "+e.what()+" on the screen", err)
	if cover != "" {
		e.tb.t.Fatalf("%s cannot be clicked, it is covered by %s", e.what(), cover)
	}
	press := func(kind input.DispatchMouseEventType, buttons int64) {
		_, err := chromedp.Call(ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{
			Type: kind, X: x, Y: y, Button: input.MouseButtonLeft, Buttons: buttons, ClickCount: 1,
		})
		e.tb.must("clicking on "+e.what(), err)
	}
	press(input.DispatchMouseEventTypeMouseMoved, 0)
	press(input.DispatchMouseEventTypeMousePressed, 1)
	press(input.DispatchMouseEventTypeMouseReleased, 0)
}

// aim finds where to click, once the element stands still, and what is in the way
// there.
func (e element) aim(ctx context.Context) (x, y float64, cover string, err error) {
	e.tb.wait("the form to be up to date", calm)
	for beforeX, beforeY := -1.0, -1.0; x != beforeX || y != beforeY; {
		beforeX, beforeY = x, y
		e.tb.nextFrame(ctx)
		if x, y, err = e.center(ctx); err != nil {
			return 0, 0, "", err
		}
	}
	cover, err = e.call(ctx, hit, x, y)
	return x, y, cover, err
}

// center scrolls an element into view and tells where its middle is then.
func (e element) center(ctx context.Context) (x, y float64, err error) {
	if _, err := chromedp.Call(ctx, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{BackendNodeID: e.node}); err != nil {
		return 0, 0, err
	}
	quads, err := chromedp.Call(ctx, dom.GetContentQuads, dom.GetContentQuadsParams{BackendNodeID: e.node})
	if err != nil {
		return 0, 0, err
	}
	if len(quads.Quads) == 0 {
		return 0, 0, errors.New("it takes no room")
	}
	for i, v := range quads.Quads[0] {
		if i%2 == 0 {
			x += v / 4
		} else {
			y += v / 4
		}
	}
	return x, y, nil
}

// call calls a function of JavaScript on an element. What it returns is a text.
func (e element) call(ctx context.Context, function string, args ...any) (string, error) {
	object, err := chromedp.Call(ctx, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: e.node})
	if err != nil {
		return "", err
	}
	return chromedp.Run(ctx, chromedp.CallFunctionOn[string](function, func(p *runtime.CallFunctionOnParams) {
		p.ObjectID = object.Object.ObjectID
	}, args...))
}

// fill replaces what is in a field, as typing does.
func (e element) fill(text string) {
	e.tb.t.Helper()
	ctx, cancel := e.tb.within()
	defer cancel()
	const choose = `function () {
		if (!this.isConnected) throw new Error("the element is gone");
		this.focus();
		this.select();
		return "";
	}`
	_, err := e.call(ctx, choose)
	for err != nil && ctx.Err() == nil { // the page has put another one in its place
		e.tb.nextFrame(ctx)
		e = e.tb.element(e.role, e.name)
		_, err = e.call(ctx, choose)
	}
	e.tb.must("choosing the text of "+e.what(), err)
	_, err = chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text})
	e.tb.must("typing into "+e.what(), err)
}

// press presses keys, one after the other.
func (tb *tab) press(keys string, options ...chromedp.KeyOption) {
	tb.t.Helper()
	ctx, cancel := tb.within()
	defer cancel()
	tb.must("pressing keys", chromedp.Do(ctx, chromedp.KeyEvent(keys, options...)))
}
