package browser

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// tuned is a flow with nothing set.
const tuned = `redial: 1
slug: tuned
name: Tuned
trigger: {uses: webhook}
steps:
  answer: {uses: respond, with: {body: done}}
edges: [trigger -> answer]
`

// newTuned is a demo with the flow tuned, published, and its settings open.
func newTuned(t *testing.T) (*program, *builder) {
	t.Helper()
	p := newDemo(t, "--allow-private-egress", "127.0.0.0/8")
	p.api(t, http.MethodPut, "/api/flows/tuned", tuned, nil)
	p.api(t, http.MethodPost, "/api/flows/tuned/publish", nil, nil)
	b := forMouse(p.signedIn(t))
	b.open(p.base + "/flows/tuned")
	b.wait("the canvas", onCanvas)
	b.openSettings()
	return p, b
}

// openSettings opens the settings, and waits for their form.
func (b *builder) openSettings() {
	b.t.Helper()
	b.push(`#settings-button`)
	b.wait("the settings", `document.querySelector("#settings[open] #settings-name")`)
}

// setTo waits until the draft has a value at the place that JavaScript names.
func (b *builder) setTo(place, value string) {
	b.t.Helper()
	b.wait(place+" to be "+value, `String(JSON.stringify((await (await fetch("/api/flows/tuned")).json())`+place+`)) === `+quote(value))
}

// enterText types into a control and leaves it.
func (b *builder) enterText(selector, text string) {
	b.t.Helper()
	b.fill(selector, text)
	b.press(kb.Tab)
}

func TestSettingsOfCallsHoldAtOnce(t *testing.T) {
	t.Parallel()
	p, b := newTuned(t)
	b.v.watch.expect(http.StatusUnprocessableEntity)
	b.enterText(`#settings-deadline`, "an hour")
	b.wait("the fault at the field", `document.querySelector("#settings-deadline[aria-invalid=true]")`)
	b.enterText(`#settings-deadline`, "7s")
	b.setTo(`.deadline`, `"7s"`)
	b.wait("the fault to be gone", `document.querySelector("#settings-deadline[aria-invalid=true]") === null`)
	b.push(`#settings [data-setting=on_deadline][value=fail]`)
	b.setTo(`.on_deadline`, `"fail"`)
	b.push(`#settings [data-setting=on_disconnect][value=cancel]`)
	b.setTo(`.on_disconnect`, `"cancel"`)
	b.push(`#settings [data-setting=callers_choose]`)
	b.setTo(`.callers_choose`, `false`)
	b.enterText(`#settings-concurrency`, "4")
	b.setTo(`.concurrency`, `4`)

	// Callers have them without another version.
	settings := p.settingsOfACall(t, "tuned")
	for name, want := range map[string]any{
		"deadline": "7s", "on_deadline": "fail", "on_disconnect": "cancel", "callers_choose": false, "concurrency": 4.0,
	} {
		if settings[name] != want {
			t.Errorf("a call has the %s %v, want %v", name, settings[name], want)
		}
	}
	b.enterText(`#settings-concurrency`, "")
	b.setTo(`.concurrency`, "undefined")
}

// settingsOfACall are those that a new call begins with.
func (p *program) settingsOfACall(t *testing.T, slug string) map[string]any {
	t.Helper()
	response, err := http.Post(p.base+"/hooks/"+slug, "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var execution struct {
		Version  int
		Settings map[string]any
	}
	p.api(t, http.MethodGet, "/api/executions/"+response.Header.Get("Redial-Execution-Id"), nil, &execution)
	if execution.Version != 1 {
		t.Errorf("the call is one of version %d", execution.Version)
	}
	return execution.Settings
}

func TestConfigValuesAreAddedRenamedAndRemoved(t *testing.T) {
	t.Parallel()
	_, b := newTuned(t)
	row := func(n, part string) string {
		return `#config-list .config-row:nth-child(` + n + `) [data-part=` + part + `]`
	}
	add := func(n, name, kind, value string) {
		t.Helper()
		b.push(`#settings [data-action=add-config]`)
		b.wait("the name of the value", focused(row(n, "name")))
		b.enterText(row(n, "name"), name)
		b.take(row(n, "kind"), kind)
		b.enterText(row(n, "value"), value)
	}
	add("1", "region", "Text", "eu")
	b.setTo(`.config`, `{"region":"eu"}`)
	add("2", "rate", "Number", "high")
	b.see("This is not a number.")
	b.enterText(row("2", "value"), "1.5")
	b.setTo(`.config`, `{"region":"eu","rate":1.5}`)
	b.enterText(row("2", "name"), "region")
	b.see("Another value has this name.")
	b.enterText(row("2", "name"), "rate")
	b.enterText(row("1", "name"), "zone")
	b.setTo(`.config`, `{"rate":1.5,"zone":"eu"}`)
	b.push(`#config-list .config-row:nth-child(2) [data-action=remove-config]`)
	b.setTo(`.config`, `{"zone":"eu"}`)
	b.saved()
}

func TestCallbackIsSetAndTried(t *testing.T) {
	t.Parallel()
	p, b := newTuned(t)
	got := make(chan *http.Request, 10)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // a body that breaks off is seen below
		r.Header.Set("Read-Body", string(body))
		got <- r
		if r.URL.Path == "/gone" {
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(receiver.Close)

	// Nothing is kept before it makes sense.
	b.v.watch.expect(http.StatusUnprocessableEntity)
	b.wait("nothing to be tried", `document.querySelector("[data-action=test-callback]:disabled")`)
	b.enterText(`#callback-url`, "somewhere")
	b.see("Not saved yet: choose the connection that signs.")
	if said := evaluate[string](b.tab, `document.querySelector("#settings-saved").textContent`); said != "" {
		t.Errorf("beside that it says %q", said)
	}
	b.take(`#callback-secret`, "New connection…")
	b.wait("the form of the connection", `document.activeElement.id === "connection-name"`)
	b.fill(`.connection-dialog #connection-name`, "shop-signing")
	b.fill(`.connection-dialog input[type=password]`, "whsec_"+base64.StdEncoding.EncodeToString([]byte("a secret of 24 bytes or so")))
	b.push(`.connection-dialog button` + saying + `Create the connection`)
	b.wait("the connection to be chosen", `document.querySelector("#callback-secret").value === "shop-signing"`)
	b.see("The address must look like https://host/path.")
	b.wait("the fault at the address", `document.querySelector("#callback-url[aria-invalid=true]")`)
	b.enterText(`#callback-url`, receiver.URL+"/done")
	b.setTo(`.callback`, `{"url":"`+receiver.URL+`/done","secret":"shop-signing"}`)
	b.wait("the faults to be gone", `document.querySelector("#callback-form [aria-invalid=true]") === null`)

	b.push(`[data-action=test-callback]`)
	b.wait("the result", `document.querySelector("#callback-result .notice.success")?.innerText.startsWith("Delivered to `+receiver.URL+`/done in ")`)
	sent := <-got
	if !strings.HasPrefix(sent.Header.Get("webhook-signature"), "v1,") || !strings.Contains(sent.Header.Get("Read-Body"), `"test":true`) {
		t.Errorf("the receiver has got %v", sent.Header)
	}

	// A call may name its own address; the test then needs one too.
	host := strings.TrimPrefix(receiver.URL, "http://")
	b.enterText(`#callback-hosts`, "a b/c")
	b.see("is no host; write one such as api.example.com")
	b.enterText(`#callback-hosts`, "shop.example.com\n"+host)
	b.enterText(`#callback-url`, "")
	b.setTo(`.callback`, `{"hosts":["shop.example.com","`+host+`"],"secret":"shop-signing"}`)
	b.enterText(`#callback-named-url`, receiver.URL+"/gone")
	b.push(`[data-action=test-callback]`)
	b.wait("the result", `document.querySelector("#callback-result .notice.error")?.innerText.includes("the receiver answered 404")`)

	if callback, _ := p.settingsOfACall(t, "tuned")["callback"].(map[string]any); callback["secret"] != "shop-signing" {
		t.Errorf("a call has the callback %v", callback)
	}
	b.push(`[data-action=remove-callback]`)
	b.setTo(`.callback`, "undefined")
	b.wait("nothing to be tried", `document.querySelector("[data-action=test-callback]:disabled")`)

	// A secret of our own is shown once, and its connection chosen.
	b.push(`[data-action=generate-signer]`)
	b.see("Give an address first, or the hosts that calls may name.")
	b.enterText(`#callback-url`, receiver.URL+"/done")
	b.push(`[data-action=generate-signer]`)
	b.wait("the secret", `document.querySelector("#generated-secret")?.textContent.startsWith("whsec_") && document.querySelector("#callback-secret").value === "tuned-callbacks"`)
	b.setTo(`.callback`, `{"url":"`+receiver.URL+`/done","secret":"tuned-callbacks"}`)

	// The flow is published, so a copy takes another URL.
	b.enterText(`#settings-copy`, "tuned")
	b.push(`[data-action=copy-as]`)
	b.wait("the fault at the URL", `document.querySelector("#settings-copy[aria-invalid=true]")`)
	b.see("Another flow has this URL; choose another one.")
	b.enterText(`#settings-copy`, "tuned-too")
	b.push(`[data-action=copy-as]`)
	b.wait("the copy", `location.pathname === "/flows/tuned-too"`)
	b.see("This is the copy, a draft with the URL tuned-too.")
	b.wait("the canvas", onCanvas)

	// The copy was never published: its URL changes, also under those who have it open.
	other := forMouse(b.v.tab())
	other.openFlow(p, "tuned-too")
	b.push(`#flow-slug`)
	b.wait("its field", `document.activeElement.id === "settings-slug"`)
	b.enterText(`#settings-slug`, "tuned-three")
	b.wait("the settings at the new URL", `location.pathname === "/flows/tuned-three" && document.querySelector("#settings[open] #settings-slug")?.value === "tuned-three"`)
	b.see("The URL ends in tuned-three now")
	b.settle()
	if evaluate[bool](b.tab, `document.body.innerText.includes("changed elsewhere")`) {
		t.Error("the page that gave the URL is told that others have")
	}
	other.wait("the page at the new URL", `location.pathname === "/flows/tuned-three"`)
	other.see("The URL of this flow was changed elsewhere.")
	other.settle()
}
