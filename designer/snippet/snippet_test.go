package snippet_test

import (
	"flag"
	"go/format"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"redial/designer/snippet"
	"redial/engine/flow"
)

var update = flag.Bool("update", false, "write the golden files anew")

// order has what differs between the languages: quotes, constants, texts that
// look like code.
const order = `{"orderId": "1001", "gift": true,
 "note": "it's \"true\", not null: $HOME ` + "`x`" + ` {{ y }} ü \\ \n€",
 "lines": [{"sku": "A-100", "quantity": 2, "price": 9.5}], "coupon": null, "empty": []}`

func TestGolden(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]snippet.Call{
		"sync":  {URL: "https://flows.example.com/hooks/order-request", Method: "POST", Body: order, Mode: flow.Sync, Deadline: 25 * time.Second},
		"async": {URL: "https://flows.example.com/hooks/order-request?a=it's", Method: "PUT", Body: order, Mode: flow.Async, Deadline: 90 * time.Second},
		"signed": {
			URL: "https://flows.example.com/hooks/order-request", Method: "POST", Body: `{"sku": "A-100"}`, Mode: flow.Sync, Deadline: 25 * time.Second,
			Credential: &snippet.Credential{Signed: true},
		},
		"key": {
			URL: "https://flows.example.com/hooks/order-request?a=1", Method: "POST", Body: `{"sku": "A-100"}`, Mode: flow.Sync, Deadline: 25 * time.Second,
			Credential: &snippet.Credential{Query: "api key"},
		},
		"get": {URL: "https://flows.example.com/hooks/status/7", Method: "GET", Mode: flow.Sync, Deadline: 90 * time.Second},
	} {
		for _, language := range snippet.Languages() {
			t.Run(name+" "+string(language), func(t *testing.T) {
				t.Parallel()
				got, err := snippet.Write(language, call)
				if err != nil {
					t.Fatal(err)
				}
				golden(t, name+"."+string(language)+".txt", got)
				if language == snippet.Go {
					formatted, err := format.Source([]byte(got))
					if err != nil || string(formatted) != got {
						t.Errorf("gofmt would write it otherwise: %v\n%s", err, formatted)
					}
				}
			})
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is now\n%s", name, got)
	}
}

// Numbers that JavaScript would round, and a name that means something to it,
// are sent as they are.
func TestFetchKeepsTheValue(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"n": 9007199254740993}`, `{"__proto__": {"a": 1}}`, `[[-9007199254740993]]`, `[1.50]`, `[1e400]`} {
		got, err := snippet.Write(snippet.Fetch, snippet.Call{URL: "http://x/", Method: "POST", Body: body})
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(got, "JSON.stringify") {
			t.Errorf("the body is a literal:\n%s", got)
		}
	}
}

func TestSays(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"Callers hold the line for the answer, 25 s at most, then get a 202.":       snippet.Says(flow.Sync, 25*time.Second),
		"Callers hold the line for the answer, 1 min 30 s at most, then get a 202.": snippet.Says(flow.Sync, 90*time.Second),
		"Callers hold the line for the answer, 15 min at most, then get a 202.":     snippet.Says(flow.Sync, 15*time.Minute),
		"Callers hold the line for the answer, 0.5 s at most, then get a 202.":      snippet.Says(flow.Sync, time.Second/2),
		"Callers get an execution ID at once and fetch the answer.":                 snippet.Says(flow.Async, time.Second),
	} {
		if got != want {
			t.Errorf("says %q, not %q", got, want)
		}
	}
}
