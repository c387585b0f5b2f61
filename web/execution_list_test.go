package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// nextMoment returns in another millisecond: IDs of the same one have no order.
func nextMoment() {
	for now := time.Now().UnixMilli(); time.Now().UnixMilli() == now; {
		runtime.Gosched()
	}
}

// start calls a flow, after all executions that were started before, and returns
// the ID of its execution.
func (r *room) start(t *testing.T, slug string) string {
	t.Helper()
	nextMoment()
	a := r.call(t, http.MethodPost, "/hooks/"+slug, "")
	id := a.header.Get("Redial-Execution-Id")
	if id == "" {
		t.Fatalf("%s was not started: %d %s", slug, a.status, a.body)
	}
	return id
}

const failing = `redial: 1
slug: failing
name: NAME
trigger: {uses: webhook}
steps: {no: {uses: fail, with: {status: 418, message: "MESSAGE"}}}
edges: [trigger -> no]
`

func named(name, message string) string {
	quoted := func(text string) string {
		data, err := json.Marshal(text)
		if err != nil {
			panic(err) // a string
		}
		return string(data)
	}
	return strings.NewReplacer("NAME", quoted(name), `"MESSAGE"`, quoted(message)).Replace(failing)
}

const asPage = "text/html,application/xhtml+xml,*/*;q=0.8"

func TestExecutionListIsAPageToPeopleAndJSONToPrograms(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "mirror", mirror)
	id := r.start(t, "mirror")
	p := r.signIn(t)
	wantsText(t, p.shows(t, "/executions", "Accept", asPage), `id="x-`+id+`"`, "Succeeded", `href="/executions/`+id+`"`, `data-copy="`+id+`"`, "v1", ">200<")
	if a := r.stranger(t).get(t, "/executions", "Accept", asPage); a.status != http.StatusUnauthorized || strings.Contains(a.body, id) {
		t.Errorf("a stranger gets %d: %s", a.status, a.body)
	}
	program := r.wants(t, http.StatusOK, http.MethodGet, "/executions", "", "Accept", "*/*")
	wantsText(t, program.body, `"executionId":"`+id+`"`)
	if vary := program.header.Get("Vary"); !strings.Contains(vary, "Accept") || !strings.Contains(vary, "Cookie") {
		t.Errorf("Vary is %q", vary)
	}
	r.wants(t, http.StatusUnauthorized, http.MethodGet, "/executions", "", "Authorization", "Bearer nothing")
}

func TestExecutionListWithNothingInIt(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	wantsText(t, p.shows(t, "/executions", "Accept", asPage), "No executions yet", "Open the flows", "!Clear filters", `data-live="/executions/live"`)
	wantsText(t, p.shows(t, "/executions?status=failed", "Accept", asPage), "Nothing matches", "Clear filters")
	wantsText(t, p.shows(t, "/executions?flow=gone", "Accept", asPage), `<option value="gone" selected>gone</option>`)
}

func TestExecutionListIsFiltered(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "mirror", mirror)
	r.publish(t, "failing", named(hostile, "no"))
	good, bad := r.start(t, "mirror"), r.start(t, "failing")
	nextMoment()
	test, _ := r.wants(t, http.StatusOK, http.MethodPost, "/api/flows/mirror/test", "{}").field(t, "executionId").(string)
	p := r.signIn(t)
	all := p.shows(t, "/executions", "Accept", asPage)
	wantsText(t, all, append([]string{good, bad, test, "badge accent"}, hostileShown...)...)
	hour := time.Hour.Milliseconds()
	now := time.Now().UnixMilli()
	for query, want := range map[string][]string{
		"flow=mirror":                   {good, test, "!" + bad},
		"status=failed":                 {bad, ">418<", "!" + good, "!" + test},
		"from_whom=tests":               {test, "!" + good, "!" + bad},
		"from_whom=callers&flow=mirror": {good, "!" + test, "!" + bad},
		fmt.Sprint("from=", now-hour):   {good, bad, test},
		fmt.Sprint("to=", now-hour):     {"!" + good, "!" + bad, "Nothing matches"},
		"after=" + bad:                  {good, "!x-" + test, "Newest"},
		"status=nonsense&flow=%3Cb%3E&from=-1&to=x&after=;&period=year": {good, bad, test, "!Clear filters"},
	} {
		page := p.shows(t, "/executions?"+query, "Accept", asPage)
		_, rows, _ := strings.Cut(page, `id="results"`)
		wantsText(t, rows, want...)
	}
}

func TestExecutionListGoesOnWithOlderOnes(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "mirror", mirror)
	want := map[string]bool{}
	for range 53 {
		want[r.start(t, "mirror")] = true
	}
	p := r.signIn(t)
	first := p.shows(t, "/executions?flow=mirror", "Accept", asPage)
	older := regexp.MustCompile(`href="(/executions\?after=\w+&amp;flow=mirror)" rel="next"`).FindStringSubmatch(first)
	if older == nil {
		t.Fatal("the first page leads nowhere")
	}
	second := p.shows(t, strings.ReplaceAll(older[1], "&amp;", "&"), "Accept", asPage)
	row := regexp.MustCompile(`<tr id="x-(\w+)"`)
	for _, page := range []string{first, second} {
		for _, match := range row.FindAllStringSubmatch(page, -1) {
			if !want[match[1]] {
				t.Errorf("%s is on two pages", match[1])
			}
			delete(want, match[1])
		}
	}
	if len(want) > 0 {
		t.Errorf("on no page are %v", want)
	}
	wantsText(t, first, "data-first", "!Newest")
	wantsText(t, second, "!data-first", "Newest", `!rel="next"`)
}

func TestExecutionIsFoundByItsID(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "mirror", mirror)
	id := r.start(t, "mirror")
	p := r.signIn(t)
	for _, text := range []string{id, strings.ToLower(id), " " + id + " ", "https://flows.example/executions/" + id + "/response"} {
		p.get(t, "/executions?q="+url.QueryEscape(text), "Accept", asPage).wantsRedirect(t, "/executions/"+id)
	}
	for _, text := range []string{"01ARZ3NDEKTSV4RRFFQ69G5FAV", hostile, strings.Repeat("x", 5000)} {
		wantsText(t, p.shows(t, "/executions?q="+url.QueryEscape(text), "Accept", asPage), "There is no execution called", "!<script>alert", "!<img src=x", "!"+strings.Repeat("x", 200))
	}
}

func TestHistogramCountsWhatStartedWhen(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "mirror", mirror)
	r.publish(t, "failing", named("f", "no"))
	r.start(t, "mirror")
	r.start(t, "mirror")
	r.start(t, "failing")
	p := r.signIn(t)
	for query, want := range map[string]string{"": "3 executions, 1 failed", "?period=hour": "3 executions, 1 failed", "?flow=mirror&period=week": "2 executions", "?flow=none": "0 executions"} {
		wantsText(t, p.shows(t, "/executions"+query, "Accept", asPage), `aria-label="`+want+`"`, want)
	}
	page := p.shows(t, "/executions?period=week", "Accept", asPage)
	bar := regexp.MustCompile(`<a href="(/executions\?from=\d+&amp;period=week&amp;to=\d+)" class="bar" [^>]*data-says="([^"]*)"`).FindStringSubmatch(page)
	if bar == nil {
		t.Fatalf("there is no bar in %s", page)
	}
	narrowed := p.shows(t, strings.ReplaceAll(bar[1], "&amp;", "&"), "Accept", asPage)
	wantsText(t, narrowed, `class="bar chosen"`, "Show all times again", `<a href="/executions?period=week" class="bar chosen"`)
}

// watch opens a socket as a browser of somebody who is signed in does.
func (p *person) watch(t *testing.T, path, origin string) (*websocket.Conn, *http.Response, error) {
	t.Helper()
	address, err := url.Parse(p.room.url)
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{"Origin": {origin}}
	for _, cookie := range p.client.Jar.Cookies(address) {
		header.Add("Cookie", cookie.String())
	}
	conn, response, err := (&websocket.Dialer{HandshakeTimeout: 10 * time.Second}).DialContext(t.Context(), "ws"+strings.TrimPrefix(p.room.url, "http")+path, header)
	if response != nil {
		response.Body.Close()
	}
	if err == nil {
		t.Cleanup(func() { conn.Close() })
	}
	return conn, response, err
}

// liveRow is a row as the list's socket tells it.
type liveRow struct {
	ID, HTML string
	Matches  bool
}

// liveList is the socket of a list, and all that it has told.
type liveList struct {
	conn *websocket.Conn
	rows []liveRow
}

// await waits until an execution's row says something.
func (l *liveList) await(t *testing.T, id, words string) liveRow {
	t.Helper()
	for at := 0; ; {
		for ; at < len(l.rows); at++ {
			if row := l.rows[at]; row.ID == id && strings.Contains(row.HTML, words) {
				return row
			}
		}
		var frame struct{ Rows []liveRow }
		if err := l.conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if err := l.conn.ReadJSON(&frame); err != nil {
			t.Fatalf("%s did not come with %q: %v", id, words, err)
		}
		l.rows = append(l.rows, frame.Rows...)
	}
}

func (p *person) watchList(t *testing.T, path string) *liveList {
	t.Helper()
	conn, _, err := p.watch(t, path, p.room.url)
	if err != nil {
		t.Fatal(err)
	}
	return &liveList{conn: conn}
}

func TestExecutionListIsLive(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "mirror", mirror)
	r.publish(t, "failing", named(hostile, "no"))
	r.publish(t, "pausing", pausing)
	p := r.signIn(t)
	failed, all := p.watchList(t, "/executions/live?status=failed"), p.watchList(t, "/executions/live")
	good, bad, waits := r.start(t, "mirror"), r.start(t, "failing"), r.start(t, "pausing")
	if row := failed.await(t, bad, "Failed"); !row.Matches || !strings.Contains(row.HTML, "&lt;script&gt;alert(1)&lt;/script&gt;") {
		t.Errorf("to the list of failures came %+v", row)
	}
	if row := failed.await(t, good, "Succeeded"); row.Matches {
		t.Errorf("to the list of failures came %+v", row)
	}
	for _, id := range []string{good, bad} {
		if row := all.await(t, id, id); !row.Matches {
			t.Errorf("to the list of all came %+v", row)
		}
	}
	all.await(t, waits, "Waiting")
	r.wants(t, http.StatusOK, http.MethodPost, "/api/executions/"+waits+"/cancel", "")
	all.await(t, waits, "Canceled")
}

func TestExecutionListSocketIsNotForEverybody(t *testing.T) {
	t.Parallel()
	r := open(t)
	for name, tc := range map[string]struct {
		p      *person
		origin string
		status int
	}{
		"a stranger":     {r.stranger(t), r.url, http.StatusUnauthorized},
		"another origin": {r.signIn(t), "https://evil.example", http.StatusForbidden},
	} {
		if _, response, err := tc.p.watch(t, "/executions/live", tc.origin); err == nil || response == nil || response.StatusCode != tc.status {
			t.Errorf("%s: %v %v", name, err, response)
		}
	}
}
