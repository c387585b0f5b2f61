package hook

import (
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"time"

	"golang.org/x/sync/semaphore"
)

// intake bounds the bodies of callers that are read and held at the same time.
type intake struct {
	most int64
	room *semaphore.Weighted
}

func newIntake(most int64) *intake {
	if most <= 0 {
		most = DefaultBodies
	}
	return &intake{most, semaphore.NewWeighted(most)}
}

// Bounds on how slowly a body may come. A server-wide timeout would cut the line
// that a caller holds.
const (
	bodyGrace = 15 * time.Second // from the first byte on
	bodyRate  = 16 << 10         // bytes a second that are to come, on top of it
)

// Why a body is not read to its end.
var (
	errNoRoom  = errors.New("there is no room for the body")
	errTooSlow = errors.New("the body comes too slowly")
)

// piece is how much of a body is read at a time, and what it counts for while the
// next one is awaited: room is taken for what has come, not for what was announced.
const piece = 16 << 10

// read reads a body up to a size. release gives back its room, and is there in any
// case. errNoRoom: at once, whatever is missing of it; errTooSlow; an
// *http.MaxBytesError; or why it broke off.
func (i *intake) read(w http.ResponseWriter, r *http.Request, limit int64) (data []byte, release func(), err error) {
	var taken int64
	release = func() {
		i.room.Release(taken)
		taken = 0
	}
	if r.Body == nil || r.Body == http.NoBody {
		return nil, release, nil
	}
	line := http.NewResponseController(w)
	body, begun := http.MaxBytesReader(w, r.Body, limit), time.Now()
	for {
		next := int64(piece)
		if r.ContentLength >= 0 {
			next = min(next, r.ContentLength-int64(len(data))+1) // one more, to see the end
		}
		if want := min(int64(len(data))+next, i.most); want > taken {
			if !i.room.TryAcquire(want - taken) {
				return nil, release, errNoRoom
			}
			taken = want
		}
		if err := line.SetReadDeadline(begun.Add(bodyGrace + time.Duration(len(data)/bodyRate)*time.Second)); err != nil {
			return nil, release, err
		}
		data = slices.Grow(data, int(next))
		n, err := body.Read(data[len(data) : len(data)+int(next)])
		data = data[:len(data)+n]
		switch {
		case errors.Is(err, io.EOF):
			return data, release, line.SetReadDeadline(time.Time{})
		case errors.Is(err, os.ErrDeadlineExceeded):
			return nil, release, errTooSlow
		case err != nil:
			return nil, release, err
		}
	}
}
