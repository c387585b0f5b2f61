package browser

import (
	"net/http"
	"strings"
	"testing"
)

// TestHookIsClosedByHand: a person closes the hook of a flow with a token that is
// made for them on the way, and publishes it; callers get in with the token alone.
func TestHookIsClosedByHand(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.api(t, http.MethodPut, "/api/flows/closed", "redial: 1\nslug: closed\ntrigger: {uses: webhook}\nsteps: {answer: {uses: respond, with: {body: \"{{ trigger.headers }}\"}}}\nedges: [trigger -> answer]\n", nil)
	page := p.signedIn(t)
	page.openForm(p, "closed", "trigger")
	b := forMouse(page)
	b.push(`#inspector [data-path="with.auth"] .fold`)
	b.take(inside("with.auth.type", "select"), "Bearer token")
	b.wait("what is missing", inField("with.auth.connection", `?.textContent.includes("The connection that callers are checked against is missing")`))
	b.saved()
	b.push(inside("with.auth.connection", "button[data-new-connection]"))
	b.wait("the form of the connection", `document.activeElement.id === "connection-name" && document.querySelector("#field-scheme").value === "bearer"`)
	b.wait("nothing that callers do not need", `!document.querySelector("#field-base_url").checkVisibility() && document.querySelector("#field-use").value === "callers"`)
	b.push(`.connection-dialog button` + saying + `Create the connection`)
	const wrong = `document.querySelector("#field-token").closest(".field").querySelector(".error")`
	b.wait("that there is no token", wrong+`?.textContent.includes("required")`)
	b.push(`.connection-dialog button` + saying + `Generate`)
	b.wait("nothing to be wrong with it", wrong+` === null && document.querySelector("#field-token").ariaInvalid !== "true"`)
	const shown = `document.querySelector(".connection-dialog #field-token-text").checkVisibility() && document.querySelector("#field-token-text").textContent`
	b.wait("the token", shown+`.length > 40`)
	secret := evaluate[string](page, shown)
	b.wait("that it was made to be read aloud, and not the token", `[...document.querySelectorAll(".connection-dialog [role=status]:not(:empty)")].map((said) => said.textContent.includes("Copy it") && !said.querySelector("code")).join() === "true"`)
	b.fill(`.connection-dialog #connection-name`, "Not this")
	b.push(`.connection-dialog button` + saying + `Create the connection`)
	b.wait("what is wrong with the name", `document.querySelector("#connection-name").ariaInvalid === "true"`)
	b.wait("the token to be there still", shown+` === "`+secret+`" && document.querySelector("#field-token").value === "`+secret+`"`)
	b.fill(`.connection-dialog #connection-name`, "shop")
	b.push(`.connection-dialog button` + saying + `Create the connection`)
	b.wait("the connection to be chosen", inField("with.auth.connection", `?.querySelector("select").selectedOptions[0].textContent === "shop" && document.querySelector(".connection-dialog[open]") === null`))
	b.saved()
	b.wait("nothing to be missing", inField("with.auth.connection", `?.querySelector(".problem") === null`))
	b.publish("Closed")

	for token, status := range map[string]int{"": http.StatusUnauthorized, "other": http.StatusUnauthorized, secret: http.StatusOK} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.base+"/hooks/closed", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			request.Header.Set("Authorization", "Bearer "+token)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != status {
			t.Errorf("with the token %q a caller gets %s", token, response.Status)
		}
	}
}

// What is missing in a connection is put there from the form that says so, and
// what the page says of the whole flow follows. A connection without a password is
// one that steps may call with, and nobody can be checked against.
func TestProblemOfAConnectionIsSolvedInItsForm(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.api(t, http.MethodPut, "/api/connections/empty", `{"component":"http","fields":{"scheme":"basic","username":"ada"}}`, nil)
	p.api(t, http.MethodPut, "/api/flows/closed", "redial: 1\nslug: closed\ntrigger: {uses: webhook, with: {auth: {type: basic, connection: empty}}}\nsteps: {answer: {uses: respond}}\nedges: [trigger -> answer]\n", nil)
	page := p.signedIn(t)
	page.openForm(p, "closed", "trigger")
	b := forMouse(page)
	b.wait("the problem", `!document.querySelector("#problems-button").hidden`)
	b.push(`#inspector button[data-connection=empty]`)
	b.fill(`.connection-dialog #field-password`, "s3cret")
	b.push(`.connection-dialog button` + saying + `Save`)
	b.wait("the form of the connection to be closed", `document.querySelector(".connection-dialog[open]") === null`)
	b.wait("nothing to be missing", inField("with.auth.connection", `?.querySelector(".problem") === null`))
	b.wait("no problem of the flow", `document.querySelector("#problems-button").hidden && !document.querySelector("[data-step=trigger]").textContent.includes("error")`)
	b.publish("Closed")
}
