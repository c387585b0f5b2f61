//go:build unix

package crashtest

import (
	"io"
	"net/http"
	"os/signal"
	"strconv"
	"syscall"
	"testing"
	"time"

	"redial/engine/crashpoint"
)

func init() {
	// A limit on the size of files stands in for a full disk: what is appended to
	// the write-ahead log fails.
	controls["room"] = func(value string) {
		signal.Ignore(syscall.SIGXFSZ)
		var limit syscall.Rlimit
		err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit)
		if limit.Cur = limit.Max; value != "all" && err == nil {
			limit.Cur, err = strconv.ParseUint(value, 10, 64)
		}
		if err == nil {
			err = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
		}
		if err != nil {
			panic(err)
		}
	}
}

// While the disk is full calls are turned away at once, and the server says that
// it is not ready. When there is room again all goes on, without a restart.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	x := &trial{t: t, shop: testShop(t, 20*time.Millisecond), orders: NewOrders(), seen: &visited{points: map[crashpoint.Point]bool{}}}
	x.open()
	defer func() { x.program.Kill() }()
	place := func() Promise {
		t.Helper()
		p, err := x.orders.Place(x.context(), x.program.Base, AsyncFlow)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	accepted := place()
	x.control("room:0")
	for range 3 {
		if p := place(); p.Status != http.StatusServiceUnavailable || p.RetryAfter == "" || p.Execution != "" {
			t.Errorf("with a full disk the answer is %+v", p)
		}
		if status := x.ready(); status != http.StatusServiceUnavailable {
			t.Errorf("with a full disk readyz answers %d", status)
		}
	}
	x.control("room:all")
	if status := x.ready(); status != http.StatusOK {
		t.Errorf("with room again readyz answers %d", status)
	}
	if p := place(); p.Status != http.StatusAccepted || accepted.Status != http.StatusAccepted {
		t.Errorf("with room again the answer is %+v, and before it was %+v", p, accepted)
	}
	x.finish()
}

// control does something to the program and waits until it is done.
func (x *trial) control(text string) {
	x.t.Helper()
	if _, err := io.WriteString(x.program.Stdin, text+"\n"); err != nil {
		x.t.Fatal(err)
	}
	if err := x.program.Await(x.context(), "did "+text); err != nil {
		x.t.Fatal(err)
	}
}
