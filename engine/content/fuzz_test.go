package content_test

import (
	"errors"
	"reflect"
	"testing"

	"redial/engine/content"
)

// FuzzDecode holds that no body makes Decode panic, that every error is one
// for the caller, and that what was read can be sent as JSON and read again.
func FuzzDecode(f *testing.F) {
	for _, seed := range [][2]string{
		{"application/json", `{"a":[1,2.5,"x",null]}`},
		{"application/x-www-form-urlencoded", "a=1&b=%20&a=2"},
		{"text/plain; charset=iso-8859-1", "\xfc"},
		{"text/plain", "\xff\xfea\x00"},
		{"application/xml", `<?xml version="1.0" encoding="utf-8"?><a b="c">d<e/><e/></a>`},
		{"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=a; filename=f\r\n\r\nx\r\n--b--\r\n"},
		{"", "abc"},
	} {
		f.Add(seed[0], []byte(seed[1]))
	}
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		value, err := content.Decode(contentType, body, content.Limits{Depth: 50, Values: 1_000, Parts: 20})
		var fault *content.Error
		if err != nil {
			if !errors.As(err, &fault) || fault.Error() == "" {
				t.Fatalf("the error %v is no *content.Error", err)
			}
			return
		}
		encoded, _, err := content.Encode(value, "application/json")
		if _, isText := value.(string); isText || value == nil {
			return
		}
		if err != nil {
			t.Fatalf("%#v cannot be sent as JSON: %v", value, err)
		}
		again, err := content.Decode("application/json", encoded, content.Limits{})
		if err != nil || !reflect.DeepEqual(again, value) {
			t.Fatalf("%#v became %#v, error %v", value, again, err)
		}
	})
}
