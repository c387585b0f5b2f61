package browser

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/gorilla/websocket"
)

// online tells a page whether there is a network, as the machine does.
func (tb *tab) online(there bool) {
	tb.t.Helper()
	_, err := chromedp.Call(tb.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{
		Offline: !there, DownloadThroughput: -1, UploadThroughput: -1,
	})
	tb.must("telling the page of the network", err)
}

// cardStatuses are those that the canvas shows, by step.
func (tb *tab) cardStatuses() map[string]string {
	tb.t.Helper()
	return evaluate[map[string]string](tb, `Object.fromEntries([...document.querySelectorAll("li[data-step]:not([data-step=trigger])")]
		.map((card) => [card.dataset.step, card.dataset.status ?? "none"]))`)
}

// stepStatuses are those that the program tells of an execution, by step, once
// it has ended.
func (p *program) stepStatuses(t testing.TB, execution string) map[string]string {
	t.Helper()
	var log struct {
		Events []struct {
			Type    string `json:"type"`
			Step    string `json:"step"`
			Outcome string `json:"outcome"`
		} `json:"events"`
	}
	p.api(t, http.MethodGet, "/api/executions/"+execution+"/events", nil, &log)
	statuses := make(map[string]string)
	for _, event := range log.Events {
		if event.Type == "step.finished" {
			statuses[event.Step] = event.Outcome
		}
	}
	return statuses
}

// TestViewerWhoWasOfflineSeesTheEnd cuts a viewer off at different points of an
// execution: before it starts, in its middle and close to its end.
func TestViewerWhoWasOfflineSeesTheEnd(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	p := newDemo(t, "--public-url", w.origin())
	w.carry(t, p.base[len("http://"):])
	p.slowly(t, "acme", "quickbooks", "ses")
	p.api(t, http.MethodPatch, "/api/flows/order-request", map[string]any{"mode": "async"}, nil)
	tb := newVisitor(t).tab()
	tb.v.watch.offline()
	tb.open(p.link)
	tb.open(w.origin() + "/flows/order-request")
	tb.wait("the canvas", onCanvas)
	for i, point := range []string{"", cardHas("check_inventory", "running"), cardHas("create_order", "running")} {
		lose := func() {
			w.sever(true)
			tb.online(false)
			tb.wait("the page to tell that it is not connected", `!document.querySelector("#drawer-line").hidden`)
		}
		if point == "" {
			lose()
		}
		execution := p.order(t, fmt.Sprintf("A-%d", i), "LAMP-01")
		if point != "" {
			tb.wait("the point at which the network goes", point)
			lose()
		}
		p.awaitEnd(t, execution)
		w.sever(false)
		tb.online(true)
		tb.wait("the page to be connected", `document.querySelector("#drawer-line").hidden`)
		tb.wait("the order to have ended", cardHas("confirmed", "succeeded"))
		if saw, all := tb.cardStatuses(), p.stepStatuses(t, execution); !maps.Equal(saw, all) {
			t.Errorf("who was offline sees %v; what happened is %v", saw, all)
		}
	}
}

// order calls the async order flow, and returns the ID of the execution.
func (p *program) order(t testing.TB, id, sku string) string {
	t.Helper()
	var accepted struct {
		ExecutionID string `json:"executionId"`
	}
	p.call(t, http.MethodPost, p.base+"/hooks/order-request", map[string]any{
		"orderId": id, "customer": "Ada Sorensen", "email": "ada.sorensen@example.com",
		"lines": []any{map[string]any{"sku": sku, "quantity": 1, "price": 89}},
	}, &accepted)
	return accepted.ExecutionID
}

// awaitEnd waits until an execution has ended, by its socket.
func (p *program) awaitEnd(t testing.TB, execution string) {
	t.Helper()
	header := http.Header{"Authorization": {"Bearer " + apiToken}}
	socket, response, err := websocket.DefaultDialer.DialContext(t.Context(), strings.Replace(p.base, "http", "ws", 1)+"/executions/"+execution+"/live?after=0", header)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	defer socket.Close()
	for {
		var event struct {
			Type string `json:"type"`
		}
		if err := socket.ReadJSON(&event); err != nil {
			t.Fatalf("waiting for the end of %s: %v", execution, err)
		}
		if event.Type == "execution.finished" {
			return
		}
	}
}
