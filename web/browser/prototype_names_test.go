package browser

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// Names that objects of JavaScript have from the start are names like others: in
// files, on the canvas, in forms, in the data, and when the flow runs.
var prototypeNames = []string{"__proto__", "constructor", "toString"}

// prototypeFlow has them wherever builders name something. IDs and paths are made of
// small letters, so only one of them can be one.
func prototypeFlow() map[string]any {
	config, values, answer := map[string]any{}, map[string]any{}, map[string]any{}
	for _, name := range prototypeNames {
		config[name] = "configured " + name
		values[name] = `{{ trigger.body["` + name + `"] }}`
		answer[name] = `{{ steps.constructor["` + name + `"] }} and {{ config["` + name + `"] }}`
	}
	return map[string]any{
		"redial": 1, "slug": "prototype", "name": "Prototype names", "config": config,
		"trigger": map[string]any{"uses": "webhook"},
		"steps": map[string]any{
			"constructor": map[string]any{"name": "Values", "uses": "transform", "with": map[string]any{"set": values}},
			"way": map[string]any{"name": "Way", "uses": "branch", "with": map[string]any{"paths": []any{
				map[string]any{"name": "constructor", "when": `trigger.body["toString"] == "three"`}, map[string]any{"name": "other"},
			}}},
			"answer": map[string]any{"name": "Answer", "uses": "respond", "with": map[string]any{"body": answer}},
			"never":  map[string]any{"name": "Never", "uses": "respond"},
		},
		"edges": []string{"trigger -> constructor", "constructor -> way", "way.constructor -> answer", "way.other -> never"},
	}
}

const prototypeBody = `{"__proto__": "one", "constructor": "two", "toString": "three"}`

const prototypeAnswer = `{"__proto__":"one and configured __proto__","constructor":"two and configured constructor","toString":"three and configured toString"}`

func TestPrototypeNames(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.api(t, http.MethodPut, "/api/flows/prototype", prototypeFlow(), nil)
	p.api(t, http.MethodPost, "/api/flows/prototype/publish", nil, nil)
	b := forMouse(p.signedIn(t))
	b.openForm(p, "prototype", "constructor")
	for _, name := range prototypeNames {
		b.wait("the value "+name, shown(control("with.set."+name))+`?.value.includes(`+quote(name)+`)`)
	}

	// A call shows on the canvas which way it took.
	response, err := http.Post(p.base+"/hooks/prototype", "application/json", strings.NewReader(prototypeBody))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if answer, err := io.ReadAll(response.Body); err != nil || strings.TrimSpace(string(answer)) != prototypeAnswer {
		t.Errorf("the answer is %s, want %s; error %v", answer, prototypeAnswer, err)
	}
	b.wait("the run on the canvas", cardHas("answer", "succeeded")+` && `+cardHas("way", "succeeded"))
	b.wait("the way that it took", `document.querySelector('path.edge[data-from=way][data-port=constructor]').dataset.state === "taken"`)
	b.wait("the way that it did not take", `document.querySelector('path.edge[data-from=way][data-port=other]').dataset.state === "dead"`)

	// Its values are data to write expressions with.
	b.openForm(p, "prototype", "answer")
	b.element("button", "Data").click()
	for _, name := range prototypeNames {
		b.wait("the data "+name, `document.querySelector("#data-panel")?.innerText.includes(`+quote(name)+`)`)
	}

	// What is typed at such a name gets into the file, and is undone.
	b.openForm(p, "prototype", "constructor")
	for _, name := range prototypeNames {
		b.fill(control("with.set."+name), "typed "+name)
		b.done()
	}
	set, _ := p.fields(t, "prototype", "constructor")["set"].(map[string]any)
	for _, name := range prototypeNames {
		if set[name] != "typed "+name {
			t.Errorf("the value of %s is %v", name, set[name])
		}
	}
	b.elementLike("button", "^Undo ").click()
	b.saved()
	b.wait("what was there", shown(control("with.set.toString"))+`?.value.includes("trigger.body")`)
}
