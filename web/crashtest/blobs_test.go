package crashtest

import (
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"redial/engine/crashpoint"
	"redial/engine/flow"
	"redial/store"
)

// bulkyFlow passes on what is too large for a row, in two batches.
const bulkyFlow = `redial: 1
slug: bulky
name: Bulky
mode: %s
trigger: {uses: webhook}
steps:
  take: {uses: transform, with: {set: {text: "{{ trigger.body.text }}"}}}
  pause: {uses: wait, with: {for: 1ms}}
  pass: {uses: transform, with: {set: {text: "{{ steps.take.text }}", more: "{{ steps.take.text }}"}}}
  answer: {uses: respond, with: {body: "{{ steps.pass.more }}"}}
edges: [trigger -> take, take -> pause, pause -> pass, pass -> answer]
`

// bulk is a text that takes more than a row should.
var bulk = strings.Repeat("A sentence that says little, over and over. ", 8_000)

// dieWithBlobs lets the program die around large values, as they are written and as
// they are swept. What is named is there, and what was accepted comes to its end.
func dieWithBlobs(t *testing.T, seen *visited, mode string) {
	t.Helper()
	x := &trial{t: t, shop: &Shop{Dir: t.TempDir(), Command: testProgram(t)}, orders: NewOrders(), seen: seen}
	x.importFlow(fmt.Sprintf(bulkyFlow, mode))
	x.start()
	for _, c := range []struct {
		point crashpoint.Point
		nth   int
	}{
		{crashpoint.BlobsWritten, 1}, {crashpoint.BlobsWritten, 2}, {crashpoint.CommitAfter, 1},
		{crashpoint.CommitBefore, 2}, {crashpoint.CommitAfter, 2}, {crashpoint.BlobsWritten, 2},
	} {
		x.arm(c.point, c.nth)
		_, _ = x.order() // it may be cut off
		x.dies(c.point)
		x.start()
	}
	if p, err := x.order(); err != nil || p.Status != http.StatusOK && p.Status != http.StatusAccepted {
		t.Errorf("the last call was answered %d, %v", p.Status, err)
	}
	x.comeToRest()
	gone := x.loseOldest()
	x.diesStarting(crashpoint.BlobsSwept, 1)
	x.comeToRest()
	x.checkBulk(gone)
}

// comeToRest lets everything come to its end, in a new program if the last has died,
// and stops it.
func (x *trial) comeToRest() {
	x.t.Helper()
	select {
	case <-x.program.Ended():
		x.start()
	default:
		if err := x.manager().rest(x.context()); err != nil {
			x.t.Fatalf("%v; log: %s", err, x.program.Log())
		}
	}
	if err := x.program.Stop(); err != nil {
		x.t.Fatal(err)
	}
}

func (x *trial) order() (Promise, error) {
	return x.orders.call(x.t.Context(), http.MethodPost, x.program.Base+"/hooks/bulky", fmt.Sprintf(`{"text": %q}`, bulk))
}

// importFlow publishes a flow beside the program.
func (x *trial) importFlow(source string) {
	x.t.Helper()
	file := filepath.Join(x.t.TempDir(), "flow.yaml")
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		x.t.Fatal(err)
	}
	if out, err := x.shop.Command("import", file, "--publish", "--data", x.shop.Dir).CombinedOutput(); err != nil {
		x.t.Fatalf("%v: %s", err, out)
	}
}

// loseOldest deletes the oldest execution, as an operator might, and leaves a value
// behind that nobody names.
func (x *trial) loseOldest() (id string) {
	x.t.Helper()
	database, err := sql.Open("sqlite", filepath.Join(x.shop.Dir, "redial.db"))
	if err != nil {
		x.t.Fatal(err)
	}
	defer func() { _ = database.Close() }()
	err = database.QueryRowContext(x.t.Context(), `SELECT min(id) FROM executions`).Scan(&id)
	if err == nil {
		_, err = database.ExecContext(x.t.Context(), `DELETE FROM executions WHERE id = ?1; DELETE FROM batches WHERE execution_id = ?1`, id)
	}
	if err == nil {
		_, err = database.ExecContext(x.t.Context(), `INSERT INTO blobs (hash, data) VALUES (randomblob(32), randomblob(100000))`)
	}
	if err != nil {
		x.t.Fatal(err)
	}
	return id
}

// checkBulk checks that what is left has all its values, and no others are kept.
func (x *trial) checkBulk(gone string) {
	x.t.Helper()
	kept, err := store.Open(x.t.Context(), store.Options{Dir: x.shop.Dir, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		x.t.Fatal(err)
	}
	defer func() { _ = kept.Close() }()
	for swept := 1; swept > 0; {
		if swept, err = kept.SweepBlobs(x.t.Context(), 100); err != nil {
			x.t.Fatal(err)
		}
	}
	list, _, err := kept.Executions(x.t.Context(), store.ExecutionQuery{})
	if err != nil || len(list) < 3 {
		x.t.Fatalf("%d executions are left, %v", len(list), err)
	}
	for i := range list {
		events, err := kept.Events(x.t.Context(), list[i].ID, 0, 0)
		if err != nil || list[i].Status != flow.Succeeded || list[i].ID == gone {
			x.t.Errorf("execution %s is %s, %v", list[i].ID, list[i].Status, err)
		}
		whole := 0
		for _, e := range events {
			output, _ := e.Output.(map[string]any)
			if e.Type == flow.StepFinished && output["text"] == bulk {
				whole++
			}
		}
		answer, err := kept.Answer(x.t.Context(), list[i].ID)
		if err != nil || whole != 2 || string(answer.Body) != bulk {
			x.t.Errorf("execution %s has %d outputs, %v", list[i].ID, whole, err)
		}
	}
}
