package browser

// apart fails if what floats above a page lies on something else of that kind, or
// what is at the head of a page cannot all be seen.
func (tb *tab) apart(what string) {
	tb.t.Helper()
	for _, found := range evaluate[[]string](tb, `(() => {
		const found = [], seen = (item) => item?.checkVisibility() && item.getBoundingClientRect().width > 0;
		const separate = (...selectors) => {
			const items = selectors.flatMap((selector) => [...document.querySelectorAll(selector)]).filter(seen);
			for (const [i, item] of items.entries()) for (const other of items.slice(i + 1)) {
				const a = item.getBoundingClientRect(), b = other.getBoundingClientRect();
				if (a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5)
					found.push(other.outerHTML.slice(0, 80) + " lies on " + item.outerHTML.slice(0, 80));
			}
		};
		separate(".canvas-controls", ".canvas-minimap", ".add-step", ".toast");
		separate(".canvas-next > *");
		separate(".canvas-next > [data-action=menu]", ...["marks", "status", "problems"].map((part) => ".step[data-selected] .card-" + part));
		for (const told of [...document.querySelectorAll(".expression-result")].filter(seen)) {
			if (told.closest(".mapping-row")) continue; // above, where one has been already
			const { left, right, top, bottom } = told.getBoundingClientRect();
			for (const part of document.querySelectorAll("#inspector :is(label, .field-head, input, select, textarea, button)")) {
				const box = part.getBoundingClientRect();
				if (seen(part) && !told.parentElement.contains(part) && box.left < right - 0.5 && left < box.right - 0.5 && box.top < bottom - 0.5 && top < box.bottom - 0.5)
					found.push("what an expression comes to lies on " + part.outerHTML.slice(0, 80));
			}
		}
		const nav = document.querySelector(".topbar nav");
		if (nav && nav.scrollWidth > nav.clientWidth) found.push("the areas of the page need " + nav.scrollWidth + " px and have " + nav.clientWidth);
		for (const fact of document.querySelectorAll(".facts > *")) if (!seen(fact)) found.push("not to be seen is " + fact.textContent);
		return found;
	})()`) {
		tb.t.Errorf("%s: %s", what, found)
	}
}
