package web_test

import (
	"net/http"
	"testing"
	"time"

	"redial/store"
)

func TestExecutionPageShowsEveryAttemptToCallBack(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/connections/signer",
		`{"component":"signature","fields":{"scheme":"standard","secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}`)
	r.publish(t, "back", "redial: 1\nslug: back\nmode: async\ncallback: {url: \"https://shop.example/<b>\", secret: signer}\ntrigger: {uses: webhook}\n")
	id := r.wants(t, http.StatusAccepted, http.MethodPost, "/hooks/back", `{}`).header.Get("Redial-Execution-Id")
	p := r.signIn(t)
	wantsText(t, p.shows(t, "/executions/"+id+"/summary"), "Callback", "https://shop.example/")
	next := time.Now().Add(time.Hour)
	for _, a := range []store.CallbackAttempt{
		{At: time.Now(), Status: 503, Duration: time.Second, Error: "the receiver answered 503: <i>later</i>", Next: next},
		{At: time.Now(), Duration: time.Second, Error: "it refused the connection", Next: next},
	} {
		if err := r.store.RecordCallback(t.Context(), id, store.CallbackPending, a); err != nil {
			t.Fatal(err)
		}
	}
	wantsText(t, p.shows(t, "/executions/"+id+"/summary"), "tried again", "Send again", "503", "later", "it refused the connection", "Next attempt <time")
}
