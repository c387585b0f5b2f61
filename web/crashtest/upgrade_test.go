package crashtest

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// The data folder of every release, left by a program that was killed in the middle
// of executions, is taken over by the program as it is now: all of them end as was
// promised.
func TestEveryReleaseCanBeUpgraded(t *testing.T) {
	t.Parallel()
	fixtures, err := filepath.Glob("testdata/*.tar.gz")
	if err != nil || len(fixtures) == 0 {
		t.Fatalf("there are no fixtures: %v", err)
	}
	for _, file := range fixtures {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".tar.gz"), func(t *testing.T) {
			t.Parallel()
			fixture, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			upgraded(t, fixture)
		})
	}
}

// What has changed since the newest fixture can be taken over, too.
func TestWhatIsMadeNowCanBeTakenOver(t *testing.T) {
	t.Parallel()
	fixture, err := MakeFixture(t.Context(), t.TempDir(), testProgram(t))
	if err != nil {
		t.Fatal(err)
	}
	upgraded(t, fixture)
}

func upgraded(t *testing.T, fixture []byte) {
	t.Helper()
	dir, outside := t.TempDir(), fiveDigits(t)
	if err := unpack(fixture, dir, outside.Address); err != nil {
		t.Fatal(err)
	}
	refresh(t, dir)
	x := &trial{t: t, shop: &Shop{Dir: dir, Command: testProgram(t)}, orders: NewOrders()}
	x.open()
	defer func() { x.program.Kill() }()
	owed := 0
	for _, scene := range Scenes() {
		x.endsAsPromised(&scene)
		owed += map[bool]int{true: 1}[scene.CalledBack]
	}
	if err := outside.Await(x.context(), "/callback", owed); err != nil {
		t.Error(err)
	}
	if err := outside.Await(x.context(), "/child/call", 1); err != nil {
		t.Error(err)
	}
	for _, scene := range Scenes() {
		x.callsAsPromised(&scene, outside.Calls())
	}
	if err := x.program.Stop(); err != nil || strings.Contains(x.program.Log(), "level=ERROR") {
		t.Errorf("%v; log: %s", err, x.program.Log())
	}
}

// fiveDigits is a service on a port of five digits.
func fiveDigits(t *testing.T) *Outside {
	t.Helper()
	for {
		outside, err := OpenOutside(t.Context(), "127.0.0.1:0", nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(outside.Close)
		if len(outside.Address) == len(Service) {
			return outside
		}
	}
}

// refresh makes the keys of calls as new as if the program had died just now: they
// are kept for a day. The same for callbacks.
func refresh(t *testing.T, dir string) {
	t.Helper()
	database, err := sql.Open("sqlite", filepath.Join(dir, "redial.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = database.Close() }()
	for _, statement := range []string{`UPDATE call_keys SET claimed_at = ?1`, `UPDATE callbacks SET due_at = ?1 WHERE due_at IS NOT NULL`} {
		if _, err := database.ExecContext(t.Context(), statement, time.Now().UnixNano()); err != nil {
			t.Fatal(err)
		}
	}
}

// endsAsPromised waits for the end of a scene, and asks for its answer in all ways.
func (x *trial) endsAsPromised(scene *Scene) {
	x.t.Helper()
	m := x.manager()
	id, _, err := m.of(x.context(), scene.Slug)
	if err != nil {
		x.t.Fatal(err)
	}
	if scene.Decide != "" {
		x.awaitStatus(scene.Slug, "needs_attention")
		if err := m.decide(x.context(), id, scene.Decide, "retry"); err != nil {
			x.t.Fatal(err)
		}
	}
	x.awaitStatus(scene.Slug, "succeeded")
	answer, err := x.orders.Answer(x.context(), x.program.Base, id)
	if err != nil || compact(answer.Body) != scene.Answer {
		x.t.Errorf("scene %s has answered %d %s, %v", scene.Slug, answer.Status, answer.Body, err)
	}
	status, body, err := m.hook(x.context(), scene) // again, with its key
	if err != nil || status != http.StatusOK || compact([]byte(body)) != scene.Answer {
		x.t.Errorf("scene %s: a repeat is answered %d %s, %v", scene.Slug, status, body, err)
	}
	var steps struct{ Steps []map[string]any }
	if err := m.call(x.context(), http.MethodGet, "/api/executions/"+id, "", &steps); err != nil || len(steps.Steps) == 0 {
		x.t.Errorf("scene %s cannot be shown: %v", scene.Slug, err)
	}
}

// compact is a body as the test writes it.
func compact(body []byte) string { return strings.TrimSpace(string(body)) }

func (x *trial) awaitStatus(slug, wanted string) {
	x.t.Helper()
	ctx, again := x.context(), time.NewTicker(20*time.Millisecond)
	defer again.Stop()
	for {
		_, status, err := x.manager().of(ctx, slug)
		if err != nil {
			x.t.Fatal(err)
		}
		if status == wanted {
			return
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			x.t.Fatalf("the execution of %s is %s, not %s; log: %s", slug, status, wanted, x.program.Log())
		}
	}
}

// callsAsPromised checks that what was done is not done again, and that what was
// under way is repeated with its key.
func (x *trial) callsAsPromised(scene *Scene, calls []OutsideCall) {
	x.t.Helper()
	id, _, err := x.manager().of(x.context(), scene.Slug)
	if err != nil {
		x.t.Fatal(err)
	}
	area, keys, paths := "", map[string]string{}, []string{}
	if len(scene.Paths) > 0 {
		area, _, _ = strings.Cut(scene.Paths[0][1:], "/")
	}
	for _, call := range calls {
		if area != "" && strings.HasPrefix(call.Path, "/"+area+"/") {
			paths, keys[call.Path] = append(paths, call.Path), call.Key
		}
	}
	slices.Sort(paths)
	if !slices.Equal(paths, scene.Paths) && len(scene.Paths) > 0 {
		x.t.Errorf("scene %s has called %q, not %q", scene.Slug, paths, scene.Paths)
	}
	for _, k := range scene.Keyed {
		sum := sha256.Sum256([]byte(fmt.Sprintf("%s/%s/%s", id, k.Step, k.Round)))
		if want := hex.EncodeToString(sum[:])[:32]; keys[k.Path] != want {
			x.t.Errorf("scene %s has called %s with the key %s, not %s", scene.Slug, k.Path, keys[k.Path], want)
		}
	}
}
