package command_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"redial/engine/signature"
)

// The library of Standard Webhooks for JavaScript takes a callback that a server
// has sent, and no other; and what it signs is taken here.
func TestLibraryOfAnotherLanguageVerifiesCallbacks(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	c := newCallbacks(t)
	p.sign(t)
	p.publish(t, fmt.Sprintf(`redial: 1
slug: signed
mode: async
callback: {url: %q, secret: signer}
trigger: {uses: webhook}
steps: {answer: {uses: respond, with: {body: {text: "ü €, \"quoted\" </b>", n: 9007199254740993}}}}
edges: [trigger -> answer]
`, c.url))
	id := p.hook(t, "signed", `{}`).wants(t, http.StatusAccepted).id(t)
	got := c.next(t)
	input := jsonText(t, map[string]any{"secret": callbackSecret, "body": got.body, "headers": map[string]string{
		"webhook-id": got.header.Get("Webhook-Id"), "webhook-timestamp": got.header.Get("Webhook-Timestamp"),
		"webhook-signature": got.header.Get("Webhook-Signature"),
	}})
	var said struct {
		Verified struct{ ExecutionID string }
		Forged   string
		Headers  map[string]string
	}
	if err := json.Unmarshal([]byte(tool(t, clientTools, input, "node", "webhook.js")), &said); err != nil {
		t.Fatal(err)
	}
	if said.Verified.ExecutionID != id || said.Forged != "refused" {
		t.Errorf("the library says %+v", said)
	}
	key, err := signature.NewKey(signature.Standard, callbackSecret)
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{}
	for name, value := range said.Headers {
		header.Set(name, value)
	}
	if err := key.Verify(header, got.body, time.Now()); err != nil {
		t.Errorf("what the library signs is not taken: %v", err)
	}
	if err := key.Verify(header, append(got.body, ' '), time.Now()); err == nil {
		t.Error("another body is taken")
	}
}
