package crashtest

import (
	"database/sql"
	"net/http"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite"

	"redial/engine/crashpoint"
)

// Another program holds the database, a backup tool for instance: calls are
// turned away after a while, and all goes on when it is released.
func TestDatabaseLockedFromOutside(t *testing.T) {
	t.Parallel()
	x := &trial{t: t, shop: testShop(t, 0), orders: NewOrders(), seen: &visited{points: map[crashpoint.Point]bool{}}}
	x.start()
	defer func() { x.program.Kill() }()
	outside, err := sql.Open("sqlite", filepath.Join(x.shop.Dir, "redial.db")+"?_pragma=busy_timeout(20000)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = outside.Close() }()
	held, err := outside.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := held.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	p, err := x.orders.Place(x.context(), x.program.Base, AsyncFlow)
	if err != nil || p.Status != http.StatusServiceUnavailable || p.RetryAfter == "" {
		t.Errorf("while it is held the answer is %+v, %v", p, err)
	}
	if _, err := held.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if status := x.ready(); status != http.StatusOK {
		t.Errorf("when it is released readyz answers %d", status)
	}
	if p, err = x.orders.Place(x.context(), x.program.Base, AsyncFlow); err != nil || p.Status != http.StatusAccepted {
		t.Errorf("when it is released the answer is %+v, %v", p, err)
	}
	x.finish()
}
