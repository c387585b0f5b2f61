package web_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"testing"
	"unicode/utf8"
)

// What a flow sees of a call is what is stored of it, whatever bytes it holds:
// else it would go on with other values after a restart.
func TestFlowSeesWhatIsStored(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "mirror", mirror)
	for _, path := range []string{
		"", "/a/b", "/%ff", "//a/../b", "?a=1&a=2&b=", "?a=%fe&%ff=1&%ff=2", "?a=1;b=2", "/%00?%00=%00",
	} {
		a := r.wants(t, http.StatusOK, http.MethodPost, "/hooks/mirror"+path, `{"n":2.0,"big":9007199254740993}`,
			"Content-Type", "application/json", "X-Name", "Gr\xfc\xdfe", "Cookie", "session=secret")
		heard := a.field(t, "heard")
		stored := r.wants(t, http.StatusOK, http.MethodGet, "/api/executions/"+a.header.Get("Redial-Execution-Id"), "").field(t, "trigger")
		if !reflect.DeepEqual(heard, stored) {
			t.Errorf("%q: the flow saw\n%v, stored is\n%v", path, heard, stored)
		}
		text, err := json.Marshal(heard)
		if err != nil || !utf8.Valid(text) {
			t.Errorf("%q: the flow saw %q, error %v", path, text, err)
		}
		headers, _ := heard.(map[string]any)["headers"].(map[string]any)
		if headers["cookie"] != nil || headers["authorization"] != nil || headers["x-name"] != "Gr\ufffde" {
			t.Errorf("%q: the flow saw the headers %v", path, headers)
		}
	}
}
