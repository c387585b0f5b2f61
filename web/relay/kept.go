package relay

import (
	"crypto/rand"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	// keptAfterStart and keptAfterListener are for how long deliveries are kept after the
	// start of the server and after a listener has gone: one that is cut off comes back
	// within seconds of when it can.
	keptAfterStart    = 2 * time.Minute
	keptAfterListener = 10 * time.Minute
	// maxKept bounds them, in bytes.
	maxKept = 16 << 20
)

// kept are the latest deliveries. A cursor is an epoch and a number: deliveries are
// numbered within an epoch, which ends with the process or when nothing is kept.
type kept struct {
	epoch string // empty: nothing is kept
	first uint64 // number of the first of them
	list  []Delivery
	size  int
	until time.Time
	// sinceStart says that the epoch began with the process: whoever comes from an
	// earlier process has missed what this one did.
	sinceStart bool
}

func (k *kept) begin() { k.epoch, k.first = rand.Text(), 1 }

func (k *kept) forget() {
	k.epoch, k.list, k.size, k.sinceStart = "", nil, 0, false
}

// cursor is that of the newest delivery.
func (k *kept) cursor() string {
	if k.epoch == "" {
		k.begin()
	}
	return fmt.Sprintf("%s.%d", k.epoch, k.first+uint64(len(k.list))-1)
}

// add keeps a delivery and gives it its cursor.
func (k *kept) add(d *Delivery) {
	if k.epoch == "" {
		k.begin()
	}
	d.Cursor = fmt.Sprintf("%s.%d", k.epoch, k.first+uint64(len(k.list)))
	k.list, k.size = append(k.list, *d), k.size+d.size()
	for k.size > maxKept && len(k.list) > 0 {
		k.size -= k.list[0].size()
		k.list[0] = Delivery{}
		k.list = k.list[1:]
		k.first++
	}
}

// after is what came after a cursor, as far as it is kept. missed says that there may
// have been more.
func (k *kept) after(cursor string) (list []Delivery, missed bool) {
	epoch, text, _ := strings.Cut(cursor, ".")
	number, err := strconv.ParseUint(text, 10, 64)
	switch {
	case err != nil || epoch != k.epoch:
		return k.list, !k.sinceStart || k.first > 1
	case number+1 < k.first:
		return k.list, true
	default:
		return k.list[min(number+1-k.first, uint64(len(k.list))):], false
	}
}
