package web_test

import (
	"net/http"
	"strings"
	"testing"
)

const hurried = `redial: 1
slug: hurried
name: Hurried
description: Answers in a hurry.
mode: sync
deadline: 1ms
concurrency: 3
config:
  sender: orders@example.com
  rate: 1.5
  "odd <b>name</b>": {a: [1, "</textarea><script>"]}
trigger: {uses: webhook}
steps:
  nap: {name: Take a nap, uses: wait, with: {for: 30ms}}
  answer: {name: Tell them, uses: respond, with: {body: done}}
edges: [trigger -> nap, nap -> answer]
`

func TestSettings(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	r.publish(t, "hurried", hurried)
	const path = "/flows/hurried/settings"
	wantsText(t, p.shows(t, path, asFragment...), "Answers in a hurry.", `value="1ms"`, `value="3"`,
		"orders@example.com", "1.5", "odd &lt;b&gt;name&lt;/b&gt;", "&lt;/textarea&gt;&lt;script&gt;", "for callers of version 1 too",
		"Nobody has called the flow yet", "!<html", "!<script")
	if a := r.stranger(t).get(t, path); a.status == http.StatusOK {
		t.Errorf("a stranger reads the settings: %d", a.status)
	}
	if a := p.get(t, "/flows/nothing/settings", asFragment...); a.status != http.StatusNotFound {
		t.Errorf("settings of a flow that is not there: %d", a.status)
	}
}

// Histories are remembered for a while, so the calls come before the look.
func TestSettingsTellOfAnswersThatComeTooLate(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	r.publish(t, "hurried", hurried)
	called := r.call(t, http.MethodPost, "/hooks/hurried", "{}", "Content-Type", "application/json")
	if called.status != http.StatusAccepted {
		t.Fatalf("the call was answered with %d, want a handover", called.status)
	}
	if handle, err := r.engine.Attach(t.Context(), called.header.Get("Redial-Execution-Id")); err == nil {
		if err := handle.Ended(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	page := p.shows(t, "/flows/hurried/settings", asFragment...)
	wantsText(t, page, "By the one call so far", "Tell them", "past the deadline", "Take a nap takes", "Make it async")
	if strings.Contains(page, "Nobody has called") {
		t.Error("the call is not counted")
	}
}
