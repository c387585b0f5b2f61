package component_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"redial/engine/component"
)

// paints offers colours that the service knows.
const paints = `component: 1
name: paints
title: Paints
icon: brush
tint: "#112233"
connection:
  base: "{{ connection.base_url }}"
  auth: {scheme: bearer, token: "{{ connection.token }}"}
  fields:
    base_url: {type: string, default: https://paints.example}
    token: {type: string, secret: true, required: true}
actions:
  paint:
    title: Paint
    effect: unsafe
    fields:
      colour:
        type: string
        choices_from: {action: colours, input: {shade: light}, items: output.colours, value: item.id, title: item.name}
      tags:
        type: array
        items:
          type: string
          choices_from: {action: colours, items: output.colours, value: item.id}
    request: {method: POST, path: /paint}
  colours:
    title: Colours
    effect: safe
    fields: {shade: {type: string}}
    request: {path: /colours, query: {shade: "{{ input.shade }}"}}
`

func TestChoicesOfTheService(t *testing.T) {
	t.Parallel()
	parsed := parse(t, paints)
	for name, test := range map[string]struct {
		reply, want, failure string
	}{
		"values and names":     {`{"colours":[{"id":1,"name":"Red"},{"id":"b","name":null},{"name":"no value"}]}`, "[{1 Red} {b b}]", ""},
		"none":                 {`{"colours":null}`, "[]", ""},
		"a name that is long":  {`{"colours":[{"id":1,"name":"` + strings.Repeat("é", 300) + `"}]}`, "[{1 " + strings.Repeat("é", 199) + "…}]", ""},
		"no list":              {`{"colours":"red"}`, "", "reading the choices that paints/colours gave: it is no list"},
		"a service that fails": {``, "", "Paints answered 500"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if test.reply == "" || r.URL.RawQuery != "shade=light" || r.Header.Get("Authorization") != "Bearer "+token {
					w.WriteHeader(http.StatusInternalServerError)
					return
				}
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, test.reply)
			})
			connection := &component.Connection{Name: "main", Component: "paints", Fields: map[string]any{"base_url": server.URL, "token": token}}
			source := parsed.Action("paint").Fields[0].ChoicesFrom
			choices, failure := parsed.Choices(t.Context(), newClient(t), connection, source)
			switch {
			case test.failure == "" && failure != nil:
				t.Error(failure)
			case test.failure != "" && (failure == nil || !strings.Contains(failure.Message, test.failure)):
				t.Errorf("the failure is %v, want %s", failure, test.failure)
			case test.failure == "" && fmt.Sprint(choices) != test.want:
				t.Errorf("the choices are %v, want %s", choices, test.want)
			}
		})
	}
}

func TestChoicesOfListsAndTheirBound(t *testing.T) {
	t.Parallel()
	parsed := parse(t, paints)
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"colours":[`+strings.TrimSuffix(strings.Repeat(`{"id":"x"},`, 3000), ",")+`]}`)
	})
	connection := &component.Connection{Name: "main", Component: "paints", Fields: map[string]any{"base_url": server.URL, "token": token}}
	choices, failure := parsed.Choices(t.Context(), newClient(t), connection, parsed.Action("paint").Fields[1].ChoicesFrom)
	if failure != nil || len(choices) != component.MaxChoices {
		t.Errorf("got %d choices and %v", len(choices), failure)
	}
}

func TestFaultyChoiceSources(t *testing.T) {
	t.Parallel()
	const good = "{action: colours, items: output.colours, value: item.id}"
	for name, test := range map[string]struct{ source, want string }{
		"an action that is not there": {"{action: colors, value: item.id}", `did you mean`},
		"an action with effects":      {"{action: paint, value: item.id}", "it must be safe"},
		"no value":                    {"{action: colours}", "value"},
		"an unknown name":             {"{action: colours, value: connection.token}", "connection"},
		"another key":                 {"{action: colours, value: item.id, then: 1}", "then"},
		"a field that is not there":   {"{action: colours, input: {shade: light, dark}, value: item.id}", "dark"},
		"a field of another type":     {"{action: colours, input: {shade: [light]}, value: item.id}", "shade"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parsed, problems := component.Parse([]byte(strings.Replace(paints, good, test.source, 1)))
			if parsed != nil || len(problems) == 0 || !strings.Contains(fmt.Sprint(problems), test.want) {
				t.Errorf("problems are %v, want %s", problems, test.want)
			}
		})
	}
}

func TestWrongRulesOfAnActionThatChoicesComeFrom(t *testing.T) {
	t.Parallel()
	for _, rule := range []string{"[[]]", "[shade, tone]", "[[shade]]"} {
		source := strings.Replace(paints, "    effect: safe\n", "    effect: safe\n    at_least_one: "+rule+"\n", 1)
		if source == paints {
			t.Fatal("no action is safe")
		}
		if _, problems := component.Parse([]byte(source)); len(problems) == 0 {
			t.Errorf("at_least_one: %s is taken", rule)
		}
	}
}
