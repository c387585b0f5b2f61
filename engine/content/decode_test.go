package content_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"redial/engine/content"
)

type object = map[string]any
type list = []any

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, contentType, body string
		want                    any
	}{
		{"empty", "application/json", "", nil},
		{"empty without a type", "", "", nil},

		{"json object", "application/json", `{"a":1,"b":[true,null,"x"],"c":1.5}`, object{"a": int64(1), "b": list{true, nil, "x"}, "c": 1.5}},
		{"json exact integer", "application/json", `9007199254740993`, int64(9007199254740993)},
		{"json smallest integer", "application/json", `-9223372036854775808`, int64(-9223372036854775808)},
		{"json integer past 64 bits", "application/json", `9223372036854775808`, 9223372036854775808.0},
		{"json null", "application/json", `null`, nil},
		{"json with a charset", "application/json; charset=UTF-8", `"é"`, "é"},
		{"json in latin 1, as declared", "application/json; charset=iso-8859-1", "\"\xe9\"", "é"},
		{"json in utf-16, by its mark", "application/json", "\xff\xfe\"\x00a\x00\"\x00", "a"},
		{"json with a byte order mark", "application/json", "\xef\xbb\xbf{}", object{}},
		{"json suffix", "application/cloudevents+json", `{"id":"1"}`, object{"id": "1"}},
		{"text/json", "text/json", `[]`, list{}},
		{"type in capitals", "Application/JSON", `1`, int64(1)},
		{"broken parameters", "application/json; charset", `1`, int64(1)},
		{"more broken parameters", "application/json;;=", `1`, int64(1)},
		{"json duplicate key", "application/json", `{"a":1,"a":2}`, object{"a": int64(2)}},
		{"json null character", "application/json", `"\u0000"`, "\x00"},

		{"form", "application/x-www-form-urlencoded", "a=1&b=x+y%26&c", object{"a": "1", "b": "x y&", "c": ""}},
		{"form repeats", "application/x-www-form-urlencoded; charset=utf-8", "a=1&a=2&a=3&b=", object{"a": list{"1", "2", "3"}, "b": ""}},
		{"form stray separators", "application/x-www-form-urlencoded", "&a=1&&=x&", object{"a": "1", "": "x"}},
		{"form value with =", "application/x-www-form-urlencoded", "a=b=c;d", object{"a": "b=c;d"}},

		{"text", "text/plain", "grüße\n", "grüße\n"},
		{"text utf-8", "text/plain; charset=utf-8", "grüße", "grüße"},
		{"text latin 1", "text/csv; charset=ISO-8859-1", "gr\xfc\xdfe", "grüße"},
		{"text shift_jis", "text/plain; charset=shift_jis", "\x83\x65", "テ"},
		{"text unlabelled and not utf-8", "text/html", "5 \x80", "5 €"},
		{"text with a byte order mark", "text/plain", "\xef\xbb\xbfx", "x"},
		{"text in utf-16", "text/plain; charset=utf-16le", "a\x00\xfd\xff", "a\uFFFD"},

		{"xml", "application/xml", `<?xml version="1.0"?><order id="7"><line>a</line><line> b </line><note/></order>`,
			object{"order": object{"@id": "7", "line": list{"a", " b "}, "note": ""}}},
		{"xml one line", "text/xml", `<order><line>a</line></order>`, object{"order": object{"line": "a"}}},
		{"xml text only", "text/xml", `<a>1 &lt; 2 &#x41;<![CDATA[<b>]]></a>`, object{"a": "1 < 2 A<b>"}},
		{"xml text and attribute", "text/xml", `<price currency="EUR"> 9.50 </price>`, object{"price": object{"@currency": "EUR", "#text": "9.50"}}},
		{"xml mixed", "text/xml", `<p>one <b>two</b> three</p>`, object{"p": object{"#text": "one  three", "b": "two"}}},
		{"xml namespaces", "application/soap+xml", `<s:Envelope xmlns:s="urn:s" xmlns="urn:d"><s:Body s:x="1"/></s:Envelope>`,
			object{"s:Envelope": object{"@xmlns:s": "urn:s", "@xmlns": "urn:d", "s:Body": object{"@s:x": "1"}}}},
		{"xml three of a name", "text/xml", `<a><b>1</b><c/><b>2</b><b x=""/></a>`, object{"a": object{"b": list{"1", "2", object{"@x": ""}}, "c": ""}}},
		{"xml comments", "text/xml", "<!-- x --><a><!-- y -->1<?go?></a>\n", object{"a": "1"}},
		{"xml declared charset", "text/xml", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xfc</a>", object{"a": "ü"}},
		{"xml transport charset wins", "text/xml; charset=utf-8", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>ü</a>", object{"a": "ü"}},
		{"xml utf-16", "text/xml", "\xfe\xff\x00<\x00a\x00/\x00>", object{"a": ""}},

		{"bytes", "application/pdf", "%PDF", object{"contentType": "application/pdf", "size": int64(4), "base64": "JVBERg=="}},
		{"bytes without a type", "", "abc", object{"contentType": "application/octet-stream", "size": int64(3), "base64": "YWJj"}},
		{"unknown type keeps its parameters", "application/x; v=1", "abc", object{"contentType": "application/x; v=1", "size": int64(3), "base64": "YWJj"}},
		{"nonsense type", "???", "abc", object{"contentType": "???", "size": int64(3), "base64": "YWJj"}},
		{"other multipart", "multipart/mixed; boundary=b", "abc", object{"contentType": "multipart/mixed; boundary=b", "size": int64(3), "base64": "YWJj"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := content.Decode(c.contentType, []byte(c.body), content.Limits{})
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %#v, error %v; want %#v", got, err, c.want)
			}
		})
	}
}

func TestDecodeMultipart(t *testing.T) {
	t.Parallel()
	body := strings.ReplaceAll(`--b
Content-Disposition: form-data; name="note"

grüße
--b
Content-Disposition: form-data; name="latin"
Content-Type: text/plain; charset=iso-8859-1

`+"\xfc"+`
--b
Content-Disposition: form-data; name="doc"; filename="C:/docs/a.pdf"
Content-Type: application/pdf

%PDF
--b
Content-Disposition: form-data; name="doc"; filename="b.txt"

x
--b
Content-Disposition: form-data; name="left_empty"; filename=""
Content-Type: application/octet-stream


--b--
`, "\n", "\r\n")
	got, err := content.Decode("multipart/form-data; boundary=b", []byte(body), content.Limits{})
	want := object{
		"note": "grüße", "latin": "ü", "left_empty": nil,
		"doc": list{
			object{"filename": "a.pdf", "contentType": "application/pdf", "size": int64(4), "base64": "JVBERg=="},
			object{"filename": "b.txt", "contentType": "application/octet-stream", "size": int64(1), "base64": "eA=="},
		},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %#v, error %v; want %#v", got, err, want)
	}
}

func TestDecodeFaults(t *testing.T) {
	t.Parallel()
	const xmlType, form, multi = "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
	for _, c := range []struct{ name, contentType, body, want string }{
		{"json syntax", "application/json", `{"a": }`, "the body is not JSON: invalid character '}' looking for beginning of value at byte 7"},
		{"json cut short", "application/json", `{"a": 1`, "the body is not JSON: it ends in the middle of a value at byte 7"},
		{"json white space", "application/json", "  ", "the body is not JSON: there is no JSON value"},
		{"json and more", "application/json", "{} {}", "the body is not JSON: there is more text after the JSON value"},
		{"json not utf-8", "application/json", "\"\xff\"", "the body is not JSON: it holds a byte that is not UTF-8 at byte 2"},
		{"json number", "application/json", "1e999", "the body is not JSON: the number 1e999 is beyond the range of a double"},
		{"json charset", "application/json; charset=klingon", "1", `the body is not JSON: the charset "klingon" is not known here; send UTF-8`},
		{"json depth", "application/json", strings.Repeat("[", 600), "the body cannot be read as JSON: the JSON is nested too deeply"},
		{"json deep and long", "application/json", strings.Repeat("[", 5_000_000), "the body cannot be read as JSON"},

		{"form escape", form, "a=1&b=%zz", "the body is not a form: the field has a % that is not followed by two hex digits at byte 5"},
		{"form utf-8", form, "a=%ff", "the body is not a form: the field is not in UTF-8 at byte 1"},

		{"text utf-8", "text/plain; charset=utf-8", "a\xff", "the body is not text in UTF-8: it holds a byte that is not UTF-8 at byte 2"},
		{"text charset", "text/plain; charset=x", "a", "the body is not text: the charset"},
		{"text replacement charset", "text/plain; charset=iso-2022-kr", "a", "the body is not text: the charset"},
		{"text not in its charset", "text/plain; charset=shift_jis", "\x83", "the body is not text: it holds bytes that the charset"},

		{"xml nothing", xmlType, " ", "the body is not XML: it has no element at line 1"},
		{"xml open", xmlType, "<a>\n<b>", "the body is not XML: it ends inside of the element b at line 2"},
		{"xml crossed", xmlType, "<a>\n<b></a></b>", "the body is not XML: the element b is closed by a at line 2"},
		{"xml closed only", xmlType, "</a>", "the body is not XML: the element a is closed but was not opened at line 1"},
		{"xml two roots", xmlType, "<a/><b/>", "the body is not XML: there is a second root element at line 1"},
		{"xml text outside", xmlType, "<a/>x", "the body is not XML: there is text outside of the root element at line 1"},
		{"xml attribute twice", xmlType, `<a x="1" x="2"/>`, "the body is not XML: the attribute x is given twice at line 1"},
		{"xml entity", xmlType, "<a>&nbsp;</a>", "the body is not XML: invalid character entity &nbsp; at line 1"},
		{"xml document type", xmlType, `<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`, "the body is not XML: document type declarations are not taken at line 1"},
		{"xml external entity", xmlType, `<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>`, "the body is not XML: document type declarations are not taken at line 1"},
		{"xml utf-8", xmlType, "<a>\xff</a>", "the body is not XML: invalid UTF-8 at line 1"},
		{"xml charset", xmlType, `<?xml version="1.0" encoding="x-none"?><a/>`, "the body is not XML"},
		{"xml depth", xmlType, strings.Repeat("<a>", 600), "the body cannot be read as XML: it is nested more than 512 levels deep"},

		{"multipart boundary", "multipart/form-data", "x", "the body is not multipart/form-data: its content type names no boundary"},
		{"multipart nothing", multi, "x", "the body is not multipart/form-data: the body ends before its closing boundary"},
		{"multipart cut short", multi, "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nxyz", "the body ends before its closing boundary"},
		{"multipart nameless", multi, "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--\r\n", "part 1: it has no name in UTF-8"},
		{"multipart parts", multi, strings.Repeat("--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n", 1001) + "--b--\r\n", "it has more than 1000 parts"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := content.Decode(c.contentType, []byte(c.body), content.Limits{})
			var fault *content.Error
			if !errors.As(err, &fault) || got != nil {
				t.Fatalf("got %v, error %v; want a *content.Error", got, err)
			}
			if !strings.Contains(fault.Error(), c.want) {
				t.Errorf("the error says %q; want %q", fault, c.want)
			}
		})
	}
}

func TestDecodeCounts(t *testing.T) {
	t.Parallel()
	limits := content.Limits{Values: 3}
	for _, c := range []struct {
		name, contentType, body string
		fits                    bool
	}{
		{"json fits", "application/json", `[1,"a,[{"]`, true},
		{"json", "application/json", `[1,2,3]`, false},
		{"form fits", "application/x-www-form-urlencoded", `a&b&c`, true},
		{"form", "application/x-www-form-urlencoded", `a&b&c&d`, false},
		{"xml fits", "text/xml", `<a b=""><c/></a>`, true},
		{"xml", "text/xml", `<a b="" c=""><c/></a>`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := content.Decode(c.contentType, []byte(c.body), limits)
			var fault *content.Error
			if c.fits != (err == nil) || err != nil && (!errors.As(err, &fault) || !fault.TooLarge) {
				t.Errorf("error %v; fits should be %v", err, c.fits)
			}
		})
	}
}

func TestDecodeEmptyMultipart(t *testing.T) {
	t.Parallel()
	got, err := content.Decode("multipart/form-data; boundary=b", []byte("--b--\r\n"), content.Limits{})
	if err != nil || !reflect.DeepEqual(got, any(object{})) {
		t.Errorf("got %#v, error %v; want an empty object", got, err)
	}
}
