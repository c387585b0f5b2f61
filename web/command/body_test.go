package command_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestBodiesAreValues(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, echo)
	form := "multipart/form-data; boundary=x"
	parts := "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nJürgen\r\n" +
		"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\nContent-Type: image/png\r\n\r\n\x00\x01\r\n--x--\r\n"
	for name, tc := range map[string]struct{ contentType, body, want string }{
		"JSON object":           {"application/json", `{"a":[1,null,"ü"]}`, `{"a":[1,null,"ü"]}`},
		"JSON null":             {"application/json", `null`, `null`},
		"JSON text":             {"application/json", `"x"`, `"x"`},
		"JSON with a suffix":    {"application/cloudevents+json; charset=utf-8", `{"id":"1"}`, `{"id":"1"}`},
		"beyond doubles":        {"application/json", `[9007199254740993,9223372036854775807,-9223372036854775808]`, `[9007199254740993,9223372036854775807,-9223372036854775808]`},
		"unicode":               {"application/json", `"\ud83d\ude00 e\u0301 \u0000 \u2028"`, `"😀 e\u0301 \u0000 \u2028"`},
		"empty":                 {"application/json", ``, `null`},
		"empty without a type":  {"", ``, `null`},
		"form":                  {"application/x-www-form-urlencoded", "a=1&b=%C3%BC&b=2", `{"a":"1","b":["ü","2"]}`},
		"text":                  {"text/plain", "Grüße", `"Grüße"`},
		"text of another age":   {"text/plain; charset=iso-8859-1", "Gr\xfc\xdfe", `"Grüße"`},
		"XML":                   {"application/xml", `<order id="7"><line>a</line><line>b</line></order>`, `{"order":{"@id":"7","line":["a","b"]}}`},
		"multipart":             {form, parts, `{"name":"Jürgen","file":{"filename":"a.bin","contentType":"image/png","size":2,"base64":"AAE="}}`},
		"unknown content type":  {"application/pdf", "%PDF", `{"contentType":"application/pdf","size":4,"base64":"JVBERg=="}`},
		"bytes without a type":  {"", "\xff\xfe", `{"contentType":"application/octet-stream","size":2,"base64":"//4="}`},
		"content type of chaos": {"///", "x", `{"contentType":"///","size":1,"base64":"eA=="}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := p.call(t, http.MethodPost, "/hooks/echo", tc.body, "Content-Type", tc.contentType).wants(t, http.StatusOK)
			object, _ := decode(t, a.body).(map[string]any)
			answer{body: []byte(jsonText(t, object["body"]))}.wantsBody(t, tc.want)
		})
	}
}

func TestUnreadableBodiesAreRefused(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, echo)
	for name, tc := range map[string]struct{ contentType, body string }{
		"JSON that breaks off":   {"application/json", `{"a":`},
		"JSON that is too deep":  {"application/json", strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)},
		"XML that breaks off":    {"application/xml", `<a><b></a>`},
		"XML with entities":      {"application/xml", `<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`},
		"form":                   {"application/x-www-form-urlencoded", "a=%zz"},
		"multipart without end":  {"multipart/form-data; boundary=x", "--x\r\n"},
		"multipart, no boundary": {"multipart/form-data", "--x--"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := p.call(t, http.MethodPost, "/hooks/echo", tc.body, "Content-Type", tc.contentType)
			a.wantsProblem(t, http.StatusBadRequest, "unreadable-body")
		})
	}
}

// mirror answers with the body through a step in between.
const mirror = `redial: 1
slug: mirror
trigger: {uses: webhook}
steps:
  hold:
    uses: transform
    with: {set: {body: "{{ trigger.body }}"}}
  answer:
    uses: respond
    with: {body: "{{ steps.hold.body }}"}
edges:
  - trigger -> hold
  - hold -> answer
`

func TestLargeBodyComesBackUnchanged(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, mirror)
	for name, body := range map[string]string{
		"one text":     `{"text":"` + strings.Repeat("ü😀a", 5<<20/7) + `"}`,
		"many objects": "[" + strings.Repeat(`{"a":9007199254740993,"b":"ü"},`, 1<<20/33) + "0]",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := p.hook(t, "mirror", body).wants(t, http.StatusOK)
			if string(a.body) != body {
				t.Errorf("%d bytes went in and %d others came out: %.100q", len(body), len(a.body), a.body)
			}
			stored := p.call(t, http.MethodGet, "/executions/"+a.id(t)+"/response", nil).wants(t, http.StatusOK)
			if !bytes.Equal(stored.body, a.body) {
				t.Error("the stored answer is another one")
			}
		})
	}
	p.hook(t, "mirror", `"`+strings.Repeat("x", 10<<20)+`"`).wantsProblem(t, http.StatusRequestEntityTooLarge, "body-too-large")
}

func TestAnswersOfEveryKind(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	for i, tc := range []struct{ with, contentType, body string }{
		{`body: {a: 1, b: null}`, "application/json", `{"a":1,"b":null}`},
		{`body: [1, "x"]`, "application/json", `[1,"x"]`},
		{`body: hello`, "text/plain; charset=utf-8", `hello`},
		{`body: "{{ 2.5 }}"`, "application/json", `2.5`},
		{`body: "{{ null }}"`, "", ``},
		{`status: 201`, "", ``},
		{`headers: {Content-Type: text/csv}, body: "a,b"`, "text/csv", "a,b"},
		{`headers: {Content-Type: application/xml}, body: "<a/>"`, "application/xml", "<a/>"},
		{`headers: {Content-Type: image/png}, body: {contentType: image/png, size: 2, base64: AAE=}`, "image/png", "\x00\x01"},
	} {
		slug := fmt.Sprintf("kind-%d", i)
		p.publish(t, "redial: 1\nslug: "+slug+"\ntrigger: {uses: webhook}\nsteps:\n  answer:\n    uses: respond\n    with: {"+tc.with+"}\nedges: [trigger -> answer]\n")
		a := p.hook(t, slug, nil).wantsHeader(t, "Content-Type", tc.contentType)
		if string(a.body) != tc.body {
			t.Errorf("%s: the body is %q", tc.with, a.body)
		}
	}
}
