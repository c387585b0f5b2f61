// Package crashpoint numbers the places at which the death of the process is
// most likely to show a mistake: around every commit, call, answer and resume.
//
// A point does nothing unless a test has armed it. Then the process kills itself
// there, as kill -9 would: no deferred function runs, nothing is flushed.
// Nothing outside of the program can arm a point: there is no flag and no
// variable for it.
package crashpoint

import (
	"fmt"
	"os"
	"slices"
	"sync/atomic"
)

// Point is one place of the program.
type Point uint32

// The points, in the order in which an execution comes by them.
const (
	none Point = iota
	// StartUnstored: an execution has begun, and nothing of it is stored.
	StartUnstored
	// BlobsWritten: the large values of a batch are written, and not committed.
	BlobsWritten
	// CommitBefore: a group of changes is written, and not committed.
	CommitBefore
	// CommitAfter: it is committed, and nobody was told.
	CommitAfter
	// CommitTold: all who wait for the group were told.
	CommitTold
	// CallsReleased: the calls that waited for a batch may begin, and nobody who
	// waits for the execution was told.
	CallsReleased
	// CallBefore: a call to the outside is about to be made.
	CallBefore
	// CallAfter: it has returned, and that is not recorded.
	CallAfter
	// AnswerMade: the flow has answered, and response.stored is not recorded.
	AnswerMade
	// AnswerStored: response.stored is durable, and the caller was not told.
	AnswerStored
	// AnswerTold: the caller was told, or is about to be.
	AnswerTold
	// FinishMade: all steps are settled, and execution.finished is not recorded.
	FinishMade
	// FinishStored: execution.finished is durable, and nobody was told.
	FinishStored
	// BlobsSwept: large values that are not named any more are deleted, and that is
	// not committed.
	BlobsSwept
	// DropMarked: old executions are taken out of the lists, and that is not committed.
	DropMarked
	// DropCleared: parts of their journal are deleted, and that is not committed.
	DropCleared
	// StopBegun: the server was asked to stop.
	StopBegun
	// ResumeClaimed: an unfinished execution was claimed, and not read.
	ResumeClaimed
	// ResumeLoaded: all unfinished executions were read, and none goes on.
	ResumeLoaded
	// ResumeGoingOn: one of them goes on, and others do not.
	ResumeGoingOn
	// PublishMiddle: a version is written, and not yet the published one.
	PublishMiddle
	// EditMiddle: a draft is written, and its edit not yet in the log.
	EditMiddle
	// MigrateBefore: the tables are about to be brought up to date.
	MigrateBefore
	// MigrateBetween: one migration is done.
	MigrateBetween
	// MigrateAfter: all are done, and the store is not open yet.
	MigrateAfter
	end
)

var names = map[Point]string{
	StartUnstored:  "start.unstored",
	BlobsWritten:   "blobs.written",
	CommitBefore:   "commit.before",
	CommitAfter:    "commit.after",
	CommitTold:     "commit.told",
	CallsReleased:  "calls.released",
	CallBefore:     "call.before",
	CallAfter:      "call.after",
	AnswerMade:     "answer.made",
	AnswerStored:   "answer.stored",
	AnswerTold:     "answer.told",
	FinishMade:     "finish.made",
	FinishStored:   "finish.stored",
	BlobsSwept:     "blobs.swept",
	DropMarked:     "drop.marked",
	DropCleared:    "drop.cleared",
	StopBegun:      "stop.begun",
	ResumeClaimed:  "resume.claimed",
	ResumeLoaded:   "resume.loaded",
	ResumeGoingOn:  "resume.going_on",
	PublishMiddle:  "publish.middle",
	EditMiddle:     "edit.middle",
	MigrateBefore:  "migrate.before",
	MigrateBetween: "migrate.between",
	MigrateAfter:   "migrate.after",
}

// String is the name of a point.
func (p Point) String() string { return names[p] }

// All are the points in order.
func All() []Point {
	points := make([]Point, 0, end-1)
	for p := none + 1; p < end; p++ {
		points = append(points, p)
	}
	return points
}

// Find is the point of a name.
func Find(name string) (Point, error) {
	all := All()
	i := slices.IndexFunc(all, func(p Point) bool { return p.String() == name })
	if i < 0 {
		return none, fmt.Errorf("there is no crash point %q", name)
	}
	return all[i], nil
}

var (
	armed atomic.Uint32 // a Point
	left  atomic.Int64  // how often it is passed before the process dies
)

// Arm makes the process die when it comes to a point for the nth time from now
// on; the first is 1. Only one point is armed at a time.
func Arm(p Point, nth int) {
	armed.Store(uint32(none))
	left.Store(int64(nth))
	armed.Store(uint32(p))
}

// Here is a point. It is small enough to be inlined: where nothing is armed, it
// costs one load and one comparison.
func Here(p Point) {
	if armed.Load() == uint32(p) {
		hit()
	}
}

// hit dies if it is time. Nothing of the caller happens after that, nor of those
// who come by in the moment that the kill takes.
func hit() {
	switch n := left.Add(-1); {
	case n > 0:
		return
	case n == 0:
		process, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = process.Kill()
		}
		if err != nil {
			panic(fmt.Sprintf("the process cannot kill itself: %v", err))
		}
	}
	select {}
}
