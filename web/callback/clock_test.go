package callback_test

import (
	"sync"
	"time"
)

// virtual is a clock whose time passes only when somebody waits for it and
// nothing else is under way.
type virtual struct {
	mu     sync.Mutex
	idle   sync.Cond
	now    time.Time
	busy   map[string]bool // executions
	ended  bool
	timers chan timer
}

type timer struct {
	at    time.Time
	fired chan time.Time
}

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// settingUp holds the time until the test waits for something.
const settingUp = "setting up"

func newVirtual() *virtual {
	v := &virtual{now: start, busy: map[string]bool{settingUp: true}, timers: make(chan timer, 1000)}
	v.idle.L = &v.mu
	go v.pass()
	return v
}

// pass fires timers in the order in which they were asked for.
func (v *virtual) pass() {
	for t := range v.timers {
		v.mu.Lock()
		for len(v.busy) > 0 && !v.ended {
			v.idle.Wait()
		}
		if t.at.After(v.now) {
			v.now = t.at
		}
		v.mu.Unlock()
		t.fired <- t.at
	}
}

func (v *virtual) Now() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.now
}

func (v *virtual) After(d time.Duration) <-chan time.Time {
	fired := make(chan time.Time, 1)
	v.timers <- timer{v.Now().Add(d), fired}
	return fired
}

// begin and end hold the time.
func (v *virtual) begin(execution string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.busy[execution] = true
}

func (v *virtual) end(execution string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if delete(v.busy, execution); len(v.busy) == 0 {
		v.idle.Broadcast()
	}
}

func (v *virtual) stop() {
	v.mu.Lock()
	v.ended = true
	v.idle.Broadcast()
	v.mu.Unlock()
	close(v.timers)
}
