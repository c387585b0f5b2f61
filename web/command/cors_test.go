package command_test

import (
	"net/http"
	"strings"
	"testing"
)

const browsed = `redial: 1
slug: browsed
trigger: {uses: webhook, with: {methods: [POST, PUT], cors: ["https://shop.example.com"]}}
steps: {answer: {uses: respond, with: {body: {}}}}
edges: [trigger -> answer]
`

func TestPagesOfListedOriginsCall(t *testing.T) {
	t.Parallel()
	const origin = "https://shop.example.com"
	p := serve(t, t.TempDir())
	p.publish(t, browsed)
	asked := p.call(t, http.MethodOptions, "/hooks/browsed/below", nil, "Origin", origin, "Access-Control-Request-Method", "PUT", "Access-Control-Request-Headers", "content-type, x-mine").
		wants(t, http.StatusNoContent).wantsHeader(t, "Access-Control-Allow-Origin", origin).
		wantsHeader(t, "Access-Control-Allow-Methods", "POST, PUT, OPTIONS").wantsHeader(t, "Allow", "POST, PUT, OPTIONS").
		wantsHeader(t, "Access-Control-Allow-Headers", "content-type, x-mine").wantsHeader(t, "Access-Control-Allow-Credentials", "")
	wantsVary(t, asked)
	called := p.hook(t, "browsed", `{}`, "Origin", origin).wants(t, http.StatusOK).wantsHeader(t, "Access-Control-Allow-Origin", origin)
	wantsVary(t, called)
	if exposed := called.header.Get("Access-Control-Expose-Headers"); !strings.Contains(exposed, "Redial-Execution-Id") || !strings.Contains(exposed, "Location") {
		t.Errorf("pages may read %q", exposed)
	}
	execution := "/executions/" + called.id(t)
	for path, method := range map[string]string{execution: "GET", execution + "/response": "GET", execution + "/cancel": "POST"} {
		p.call(t, http.MethodOptions, path, nil, "Origin", origin, "Access-Control-Request-Method", method).wants(t, http.StatusNoContent).
			wantsHeader(t, "Access-Control-Allow-Origin", origin)
		wantsVary(t, p.call(t, method, path, nil, "Origin", origin).wantsHeader(t, "Access-Control-Allow-Origin", origin))
		p.call(t, method, path, nil, "Origin", "https://evil.example").wantsHeader(t, "Access-Control-Allow-Origin", "")
	}
	p.hook(t, "browsed", `{`, "Origin", origin).wants(t, http.StatusBadRequest).wantsHeader(t, "Access-Control-Allow-Origin", origin)
}

func wantsVary(t *testing.T, a answer) {
	t.Helper()
	if vary := strings.Join(a.header.Values("Vary"), ", "); !strings.Contains(vary, "Origin") {
		t.Errorf("the answer varies by %q", vary)
	}
}

func TestPagesOfOtherOriginsDoNot(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, browsed)
	p.publish(t, strings.NewReplacer("slug: browsed", "slug: plain", `, cors: ["https://shop.example.com"]`, "").Replace(browsed))
	p.publish(t, strings.NewReplacer("slug: browsed", "slug: anybody", "https://shop.example.com", "*").Replace(browsed))
	for slug, allowed := range map[string]string{"browsed": "", "plain": "", "anybody": "*"} {
		p.call(t, http.MethodOptions, "/hooks/"+slug, nil, "Origin", "https://evil.example", "Access-Control-Request-Method", "POST").
			wants(t, http.StatusNoContent).wantsHeader(t, "Access-Control-Allow-Origin", allowed).wantsHeader(t, "Access-Control-Allow-Credentials", "")
		p.hook(t, slug, `{}`, "Origin", "https://evil.example").wants(t, http.StatusOK).wantsHeader(t, "Access-Control-Allow-Origin", allowed)
	}
	p.call(t, http.MethodOptions, "/hooks/nobody", nil).wantsProblem(t, http.StatusNotFound, "not-found")
	p.api(t, http.MethodGet, "/api/flows", nil, "Origin", "https://shop.example.com").wantsHeader(t, "Access-Control-Allow-Origin", "")
}

// CloudEvents 1.0 web hooks, section 4: who delivers asks first.
func TestSendersOfCloudEventsMayDeliver(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, browsed)
	p.publish(t, strings.NewReplacer("slug: browsed", "slug: reading", "[POST, PUT]", "[GET]").Replace(browsed))
	p.call(t, http.MethodOptions, "/hooks/browsed", nil, "WebHook-Request-Origin", "events.example.com", "WebHook-Request-Rate", "120").
		wants(t, http.StatusNoContent).wantsHeader(t, "WebHook-Allowed-Origin", "events.example.com").
		wantsHeader(t, "WebHook-Allowed-Rate", "*").wantsHeader(t, "Allow", "POST, PUT, OPTIONS")
	p.call(t, http.MethodOptions, "/hooks/browsed", nil, "WebHook-Request-Origin", "events.example.com").
		wantsHeader(t, "WebHook-Allowed-Rate", "")
	p.call(t, http.MethodOptions, "/hooks/reading", nil, "WebHook-Request-Origin", "events.example.com").
		wants(t, http.StatusNoContent).wantsHeader(t, "WebHook-Allowed-Origin", "")
}
