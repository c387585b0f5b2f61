package callback

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"redial/engine/outbound"
	"redial/engine/signature"
	"redial/store"
)

const (
	// maxUnderWay bounds the attempts under way, and perHost those of one
	// receiver. One whose last attempt failed gets one at a time, so that those
	// who do not answer at all take little room.
	maxUnderWay = 64
	perHost     = 4
	// longestSleep is after how long the outbox is looked at although nothing is
	// due: clocks are set, and machines sleep.
	longestSleep = time.Minute
	// recordPause lies between attempts to record what came of a delivery.
	recordPause = 2 * time.Second
	// drain is how long a stopping deliverer lets attempts end.
	drain = 5 * time.Second
)

// Outbox is where callbacks wait. store.Store documents the methods.
type Outbox interface {
	ReleaseCallbacks(ctx context.Context) error
	CallbacksChanged() <-chan struct{}
	CallbackHosts(ctx context.Context) ([]store.HostDue, error)
	DueCallbacks(ctx context.Context, host string, now time.Time, limit int) ([]store.Callback, error)
	RecordCallback(ctx context.Context, execution string, state store.CallbackState, a store.CallbackAttempt) error
}

// Clock tells the time and wakes up who waits for it.
type Clock interface {
	Now() time.Time
	After(d time.Duration) <-chan time.Time
}

type systemClock struct{}

func (systemClock) Now() time.Time                         { return time.Now() }
func (systemClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// Options are what a deliverer stands on. All but Relay, Clock and Logger are needed.
type Options struct {
	Outbox Outbox
	Client *outbound.Client
	// Key is what the connection of a name signs with. The error is for people
	// and shows no secret.
	Key func(ctx context.Context, connection string) (signature.Key, error)
	// Message is what a callback says. It is made anew for each attempt and must
	// be the same each time.
	Message func(ctx context.Context, callback *store.Callback) (Message, error)
	// Relay, if not nil, is told of each message before it is sent for the first
	// time, or for the first time after a person asked for it again. It must not
	// wait.
	Relay  func(callback *store.Callback, key signature.Key, m Message, at time.Time)
	Clock  Clock // the system's if nil
	Logger *slog.Logger
}

// Deliverer delivers callbacks. One of them runs for an outbox.
type Deliverer struct {
	options Options

	// Of Run's goroutine alone.
	underWay map[string]bool       // by execution
	hosts    map[string]*hostState // those with attempts under way, or that fail
	ended    chan ending
	workers  sync.WaitGroup
}

// hostState is what is known of a receiver.
type hostState struct {
	underWay int
	failing  bool // its last attempt failed
}

// ending is the end of an attempt.
type ending struct {
	execution, host string
	failed          bool
}

// New makes a deliverer.
func New(options Options) *Deliverer {
	if options.Clock == nil {
		options.Clock = systemClock{}
	}
	if options.Logger == nil {
		options.Logger = slog.Default()
	}
	return &Deliverer{
		options: options, underWay: map[string]bool{}, hosts: map[string]*hostState{},
		ended: make(chan ending, maxUnderWay),
	}
}

// Run delivers until the context ends. Then attempts under way get a few seconds
// to end; what they leave undone is due at the next start.
func (d *Deliverer) Run(ctx context.Context) {
	calls, abort := context.WithCancel(context.WithoutCancel(ctx))
	defer abort()
	if err := d.options.Outbox.ReleaseCallbacks(ctx); err != nil && ctx.Err() == nil {
		d.options.Logger.Error("callbacks that were held back stay so until the next start", "error", err)
	}
	for ctx.Err() == nil {
		sleep := d.dispatch(ctx, calls)
		select {
		case <-d.options.Outbox.CallbacksChanged():
		case e := <-d.ended:
			d.take(e)
		case <-d.options.Clock.After(sleep):
		case <-ctx.Done():
		}
	}
	timer := time.AfterFunc(drain, abort)
	defer timer.Stop()
	d.workers.Wait()
}

// take notes that an attempt has ended, and all others that have.
func (d *Deliverer) take(e ending) {
	for {
		delete(d.underWay, e.execution)
		host := d.hosts[e.host]
		host.underWay--
		host.failing = e.failed
		if host.underWay == 0 && !host.failing {
			delete(d.hosts, e.host)
		}
		select {
		case e = <-d.ended:
		default:
			return
		}
	}
}

// dispatch starts the attempts that are due and have room. It returns how long
// nothing else will be due. What is due behind an attempt that is under way waits
// for its end, which wakes us.
func (d *Deliverer) dispatch(ctx, calls context.Context) time.Duration {
	hosts, err := d.options.Outbox.CallbackHosts(ctx)
	if err != nil {
		d.complain(ctx, err)
		return recordPause
	}
	d.forget(hosts)
	slices.SortFunc(hosts, func(a, b store.HostDue) int { return cmp.Compare(a.Due.UnixNano(), b.Due.UnixNano()) })
	now := d.options.Clock.Now()
	for _, host := range hosts {
		if host.Due.After(now) {
			return min(host.Due.Sub(now), longestSleep)
		}
		if err := d.dispatchHost(ctx, calls, host.Host, now); err != nil {
			d.complain(ctx, err)
			return recordPause
		}
		if len(d.underWay) >= maxUnderWay {
			break // the end of an attempt wakes us
		}
	}
	return longestSleep
}

func (d *Deliverer) complain(ctx context.Context, err error) {
	if ctx.Err() == nil {
		d.options.Logger.Error("callbacks could not be looked for", "error", err)
	}
}

// forget drops what is known of hosts that nothing is due for.
func (d *Deliverer) forget(due []store.HostDue) {
	if len(d.hosts) <= len(due)+maxUnderWay {
		return
	}
	known := make(map[string]bool, len(due))
	for _, host := range due {
		known[host.Host] = true
	}
	for name, host := range d.hosts {
		if host.underWay == 0 && !known[name] {
			delete(d.hosts, name)
		}
	}
}

func (d *Deliverer) dispatchHost(ctx, calls context.Context, name string, now time.Time) error {
	host := d.hosts[name]
	if host == nil {
		host = &hostState{}
	}
	room := perHost
	if host.failing {
		room = 1
	}
	room = min(room-host.underWay, maxUnderWay-len(d.underWay))
	if room <= 0 {
		return nil
	}
	// Those under way are due still.
	callbacks, err := d.options.Outbox.DueCallbacks(ctx, name, now, room+host.underWay)
	if err != nil {
		return err
	}
	for i := range callbacks {
		if room == 0 || d.underWay[callbacks[i].Execution] {
			continue
		}
		room--
		host.underWay++
		d.hosts[name], d.underWay[callbacks[i].Execution] = host, true
		d.workers.Go(func() { d.ended <- d.attempt(calls, &callbacks[i]) })
	}
	return nil
}
