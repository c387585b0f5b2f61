package browser

import (
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/chromedp/chromedp"
)

// axeSource is the script of axe-core, which `make setup` installs. It is run
// by the browser itself, so that the policy of pages need not allow it.
var axeSource = sync.OnceValues(func() (string, error) {
	source, err := os.ReadFile("../../.ci/npm/node_modules/axe-core/axe.min.js")
	if err != nil {
		return "", fmt.Errorf("axe-core is missing, `make setup` installs it: %w", err)
	}
	return string(source), nil
})

// barrier is a rule of accessibility that a page breaks.
type barrier struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		Target  []any  `json:"target"`
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

func (b barrier) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %s", b.ID, b.Help)
	for i, node := range b.Nodes {
		if i == 5 {
			fmt.Fprintf(&text, "\n  and %d more", len(b.Nodes)-i)
			break
		}
		fmt.Fprintf(&text, "\n  %v %.200s\n    %s", node.Target, node.HTML, strings.ReplaceAll(node.Summary, "\n", "\n    "))
	}
	return text.String()
}

// rulesOfColours are those whose outcome changes with the scheme of colours
// alone.
const rulesOfColours = `["color-contrast", "link-in-text-block"]`

// barriers are what axe-core finds wrong with the page as it is; in the dark
// only what has to do with colours, the rest being the same. It must not preload
// style sheets: it would write them into the page, which has to forbid it.
func (tb *tab) barriers(colours scheme) []barrier {
	tb.t.Helper()
	source, err := axeSource()
	tb.must("reading axe-core", err)
	ctx, cancel := tb.within()
	defer cancel()
	if !evaluate[bool](tb, `"axe" in window`) {
		tb.must("loading axe-core", chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](source+"; undefined")))
	}
	options := `{resultTypes: ["violations"], preload: false}`
	if colours == dark {
		options = `{resultTypes: ["violations"], preload: false, runOnly: {type: "rule", values: ` + rulesOfColours + `}}`
	}
	return evaluate[[]barrier](tb, `axe.run(document, `+options+`).then((result) => result.violations)`)
}
