package browser

import (
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// builder is a person who makes a flow in the designer. What they do to a form is
// the same for all; by which hand they do it is their own.
type builder struct {
	*tab
	hand
}

// hand gets to things on a page. Things are given by selectors; of those that
// match, the ones that are hidden do not count.
type hand interface {
	// focus brings the focus into a control.
	focus(selector string)
	// push pushes a button.
	push(selector string)
	// take takes one of a list's options, by what it says.
	take(selector, option string)
	// leave leaves a control, which takes what was typed.
	leave()
	// add adds what was typed, by the button beside it or from the control.
	add(button string)
}

// shown is what of a selector's matches can be seen, in JavaScript.
func shown(selector string) string {
	css, text, named := strings.Cut(selector, saying)
	if named {
		return fmt.Sprintf(`[...document.querySelectorAll(%s)].find((e) => e.checkVisibility() && e.textContent.trim() === %s)`, quote(css), quote(text))
	}
	return fmt.Sprintf(`[...document.querySelectorAll(%s)].find((e) => e.checkVisibility())`, quote(selector))
}

// saying stands between a selector and the text that what is meant has.
const saying = " saying "

// focused is a condition: a control has the focus, or the editor in its place.
func focused(selector string) string {
	return fmt.Sprintf(`((e, active) => e !== undefined && (e === active || active.matches(".cm-content") && e.closest("expression-field")?.contains(active)))(%s, document.activeElement)`, shown(selector))
}

// ready is a condition: what has the focus takes what is typed as it will go on
// taking it. An editor stands in for the control of an expression once it is
// there.
const ready = `!document.activeElement.matches("expression-field > :is(input, textarea)")`

// insert types a text in one go, in place of what is selected.
func (tb *tab) insert(text string) {
	tb.t.Helper()
	ctx, cancel := tb.within()
	defer cancel()
	_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text})
	tb.must("typing", err)
}

// fill types into a control, in place of all that is in it.
func (b *builder) fill(selector, text string) {
	b.t.Helper()
	b.focus(selector)
	b.wait("what takes the text of "+selector, focused(selector)+` && `+ready)
	b.ctrl("a")
	b.insert(text)
}

// control is that of a path in the inspector.
func control(path string) string {
	return fmt.Sprintf(`#inspector [data-path=%s]:not(expression-field) [data-as]`, quote(path))
}

// inside is something in the field of a path in the inspector.
func inside(path, selector string) string {
	return fmt.Sprintf(`#inspector .field[data-path=%s] %s`, quote(path), selector)
}

// named is something that is called so by its label for assistive technology.
func named(name string) string { return fmt.Sprintf(`[aria-label=%s]`, quote(name)) }

// calm is a condition: nothing is about to move. Who uses a mouse sees that.
const calm = `document.querySelector("#inspector[data-behind], #draft-saved[data-saving=saving], #inspector .expression-result[data-stale]") === null`

// mouseHand moves a mouse. The keyboard is there for texts alone.
type mouseHand struct{ *tab }

// at is where something stands still, in sight.
func (m mouseHand) at(selector string) spot {
	m.t.Helper()
	found := shown(selector)
	m.wait("to see "+selector, calm+` && `+ready+` && `+found+` !== undefined`)
	m.wait(selector+" to stand still in sight", fmt.Sprintf(`(() => {
		const e = %s;
		if (!e) return false;
		if (!e.closest("flow-canvas")) e.scrollIntoView({ block: "nearest", inline: "nearest" });
		const { left, top, width, height } = e.getBoundingClientRect();
		const now = [left, top, width, height].join(), before = window.lastSeen;
		window.lastSeen = now;
		const hit = document.elementFromPoint(left + width / 2, top + height / 2);
		return now === before && hit !== null && (e === hit || e.contains(hit) || hit.closest("label")?.control === e || e.closest("expression-field")?.contains(hit) === true);
	})()`, found))
	return evaluate[spot](m.tab, fmt.Sprintf(`(({left, top, width, height}) => ({X: left + width / 2, Y: top + height / 2}))(%s.getBoundingClientRect())`, found))
}

func (m mouseHand) focus(selector string) {
	m.t.Helper()
	m.clickAt(m.at(selector))
}

func (m mouseHand) push(selector string) {
	m.t.Helper()
	m.clickAt(m.at(selector))
}

// choose chooses in the place of the browser, whose own list lies outside of the
// page and of what a test can click.
func (m mouseHand) take(selector, option string) {
	m.t.Helper()
	m.at(selector)
	m.wait("the option "+option, fmt.Sprintf(`((select) => {
		const chosen = [...select.options].find((o) => o.textContent.trim() === %s);
		if (!chosen) return false;
		select.focus();
		select.value = chosen.value;
		for (const type of ["input", "change"]) select.dispatchEvent(new Event(type, { bubbles: true }));
		return true;
	})(%s)`, quote(option), shown(selector)))
}

// leave clicks beside all controls.
func (m mouseHand) add(button string) { m.push(button) }

func (m mouseHand) leave() {
	m.t.Helper()
	m.clickAt(m.at(`#inspector .inspector-kind .truncate`))
}

// keyHand has a keyboard alone.
type keyHand struct {
	*tab
	tabs *int // presses of Tab so far
}

// mostOnTheWay bounds how often Tab is pressed from one thing to another.
const mostOnTheWay = 40

func (k keyHand) focus(selector string) {
	k.t.Helper()
	k.wait("to see "+selector, shown(selector)+` !== undefined`)
	var way []string
	for range mostOnTheWay {
		// Which way is shorter is seen, not guessed.
		where := evaluate[string](k.tab, fmt.Sprintf(`((e, active) => %s ? "here" : e && active.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_PRECEDING ? "before" : "after")(%s, document.activeElement)`, focused(selector), shown(selector)))
		switch where {
		case "here":
			return
		case "before":
			k.press(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift))
		default:
			k.press(kb.Tab)
		}
		*k.tabs++
		k.wait("what has the focus", ready)
		way = append(way, evaluate[string](k.tab, `((e) => e.getAttribute("aria-label") ?? e.closest("[data-path]")?.dataset.path ?? e.innerText?.slice(0, 30) ?? e.tagName)(document.activeElement)`))
	}
	k.t.Fatalf("%d presses of Tab do not lead to %s, but to %s", mostOnTheWay, selector, strings.Join(way, ", "))
}

func (k keyHand) push(selector string) {
	k.t.Helper()
	k.focus(selector)
	k.enter()
}

// enter presses Enter as browsers get it: who takes the key down takes all of it.
func (tb *tab) enter() {
	tb.t.Helper()
	ctx, cancel := tb.within()
	defer cancel()
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		text := ""
		if kind == input.DispatchKeyEventTypeKeyDown {
			text = "\r"
		}
		_, err := chromedp.Call(ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{
			Type: kind, Key: "Enter", Code: "Enter", Text: text, WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13,
		})
		tb.must("pressing Enter", err)
	}
}

func (k keyHand) take(selector, option string) {
	k.t.Helper()
	k.focus(selector)
	k.press(option)
	k.wait("the option "+option, fmt.Sprintf(`%s.selectedOptions[0].textContent.trim() === %s`, shown(selector), quote(option)))
}

func (k keyHand) leave() {
	k.t.Helper()
	k.press(kb.Tab)
}

func (k keyHand) add(string) {
	k.t.Helper()
	k.enter()
}

// forMouse and forKeys are builders with one hand each.
func forMouse(tb *tab) *builder { return &builder{tb, mouseHand{tb}} }

func forKeys(tb *tab) *builder { return &builder{tb, keyHand{tb, new(int)}} }
