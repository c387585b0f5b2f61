package content_test

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"redial/engine/content"
	"redial/engine/flow"
)

func TestEncode(t *testing.T) {
	t.Parallel()
	const form = "application/x-www-form-urlencoded"
	pdf := object{"contentType": "application/pdf", "size": int64(4), "base64": "JVBERg=="}
	for _, c := range []struct {
		name       string
		value      any
		given      string
		body, want string
	}{
		{"null", nil, "", "", ""},
		{"text", "a<b", "", "a<b", "text/plain; charset=utf-8"},
		{"empty text", "", "", "", "text/plain; charset=utf-8"},
		{"object", object{"b": "<", "a": int64(9007199254740993)}, "", `{"a":9007199254740993,"b":"<"}`, "application/json"},
		{"ordered object", flow.Object{{Name: "b", Value: true}, {Name: "a"}}, "", `{"b":true,"a":null}`, "application/json"},
		{"list", list{}, "", `[]`, "application/json"},
		{"number", 1.5, "", `1.5`, "application/json"},
		{"bool", false, "", `false`, "application/json"},
		{"bytes without a type", pdf, "", `{"base64":"JVBERg==","contentType":"application/pdf","size":4}`, "application/json"},

		{"null under a type", nil, "application/json", "", "application/json"},
		{"text under JSON is sent as written", `{"a":1}`, "application/json", `{"a":1}`, "application/json"},
		{"text under XML", `<a/>`, "text/xml; charset=utf-8", `<a/>`, "text/xml; charset=utf-8"},
		{"text in latin 1", "ü", "text/plain; charset=iso-8859-1", "\xfc", "text/plain; charset=iso-8859-1"},
		{"object under a JSON type", object{"a": int64(1)}, "application/problem+json", `{"a":1}`, "application/problem+json"},
		{"bytes under JSON", pdf, "application/json", `{"base64":"JVBERg==","contentType":"application/pdf","size":4}`, "application/json"},
		{"bytes under their type", pdf, "application/pdf", "%PDF", "application/pdf"},
		{"file under its type", object{"contentType": "x/y", "filename": "a", "size": int64(1), "base64": "eA=="}, "x/y", "x", "x/y"},
		{"object under an unknown type", object{"a": "x"}, "application/vnd.x", `{"a":"x"}`, "application/vnd.x"},
		{"number under text", int64(7), "text/plain", `7`, "text/plain"},
		{"number under XML", int64(7), "text/xml", `7`, "text/xml"},

		{"form", object{"b": list{"x", int64(2), nil}, "a": "ü &", "n": nil, "t": true}, form, "a=%C3%BC+%26&b=x&b=2&t=true", form},
		{"form from a flow file", flow.Object{{Name: "a", Value: "1"}}, form, "a=1", form},
		{"form as text", "a=1", form, "a=1", form},
		{"form without fields", object{}, form, "", form},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			body, contentType, err := content.Encode(c.value, c.given)
			if err != nil || string(body) != c.body || contentType != c.want {
				t.Errorf("got %q, %q, error %v; want %q, %q", body, contentType, err, c.body, c.want)
			}
		})
	}
}

func TestEncodeFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		value any
		given string
		want  string
	}{
		{"form of a list", list{}, "application/x-www-form-urlencoded", "only an object can be sent as a form"},
		{"nested form", object{"a": object{}}, "application/x-www-form-urlencoded", `the field "a" holds an object`},
		{"multipart of a number", int64(1), "multipart/form-data", "only an object"},
		{"multipart boundary", object{}, `multipart/form-data; boundary="a\"b"`, "the boundary of the content type cannot be used"},
		{"object as XML", object{"a": "x"}, "application/xml", "write the XML as text"},
		{"charset", "x", "text/plain; charset=none-such", "not known"},
		{"not in the charset", "テ", "text/plain; charset=iso-8859-1", "use UTF-8"},
		{"bad base64", object{"contentType": "x/y", "base64": "?"}, "x/y", "does not hold base64"},
		{"no number", math.NaN(), "", "has no form in JSON"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := content.Encode(c.value, c.given)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v; want %q", err, c.want)
			}
		})
	}
}

func TestMultipartRoundTrip(t *testing.T) {
	t.Parallel()
	value := object{
		"note": "grüße\r\n--b", "say \"hi\"": "x", "several": list{"1", "2"},
		"file": object{"filename": "ü.pdf", "contentType": "application/pdf", "size": int64(4), "base64": "JVBERg=="},
	}
	body, contentType, err := content.Encode(value, "multipart/form-data")
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := content.Encode(value, "multipart/form-data")
	if err != nil || string(again) != string(body) {
		t.Errorf("the same value gives another body, error %v", err)
	}
	got, err := content.Decode(contentType, body, content.Limits{})
	if err != nil || !reflect.DeepEqual(got, any(value)) {
		t.Errorf("got %#v, error %v; want %#v", got, err, value)
	}
}

func TestMultipartCarriesJSON(t *testing.T) {
	t.Parallel()
	body, contentType, err := content.Encode(object{"meta": object{"a": int64(1)}, "n": int64(7)}, "multipart/form-data; boundary=b")
	if err != nil || contentType != "multipart/form-data; boundary=b" {
		t.Fatalf("type %q, error %v", contentType, err)
	}
	got, err := content.Decode(contentType, body, content.Limits{})
	if want := (object{"meta": `{"a":1}`, "n": "7"}); err != nil || !reflect.DeepEqual(got, any(want)) {
		t.Errorf("got %#v, error %v; want %#v", got, err, want)
	}
	if !strings.Contains(string(body), "Content-Type: application/json") {
		t.Errorf("the part with an object is not marked as JSON:\n%s", body)
	}
}
