package browser

import (
	"net/http"
	"strings"
	"testing"
)

// hostileNames are names that flows of careless or wicked people have.
var hostileNames = []struct{ slug, name, shown string }{
	{"markup", `<img src=x onerror="document.title='broken'"><script>throw 1</script> & "quotes"`, `<img src=x`},
	{"right-to-left", "\u202eesrever\u2066 \u05e9\u05dc\u05d5\u05dd \u200f", "esrever"},
	{"endless-word", strings.Repeat("M", 10_000), strings.Repeat("M", 20)},
	{"many-words", strings.Repeat("word ", 2_000), "word word word"},
	{"stacked-marks", "Zalgo" + strings.Repeat("\u0301\u0323", 200), "Zalgo"},
}

func TestHostileNames(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	for _, c := range hostileNames {
		file := map[string]any{
			"redial": 1, "slug": c.slug, "name": c.name, "description": c.name,
			"trigger": map[string]any{"uses": "webhook"},
			"steps": map[string]any{
				"first": map[string]any{"name": c.name, "uses": "transform", "note": c.name, "with": map[string]any{"set": map[string]any{"a": c.name}}},
				"last":  map[string]any{"uses": "respond", "with": map[string]any{"body": c.name}},
			},
			"edges": []string{"trigger -> first", "first -> last"},
		}
		p.api(t, http.MethodPut, "/api/flows/"+c.slug, file, nil)
	}
	tb := p.signedIn(t)
	for _, s := range []size{wide, narrow} {
		tb.look(s, light)
		tb.open(p.base + "/")
		for _, c := range hostileNames {
			tb.see(c.shown)
		}
		tb.fits("the list of flows, " + s.name)
		tb.picture(pictureName("flows-hostile", s, light))
		for _, c := range hostileNames {
			tb.openFlow(p, c.slug+"?step=first")
			tb.see(c.shown)
			tb.fits("the flow " + c.slug + ", " + s.name)
			if title := evaluate[string](tb, `document.title`); title == "broken" {
				t.Errorf("the name of the flow %s was run as a script", c.slug)
			}
		}
	}
}
