package crashtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Campaign is a number of random kills under load.
type Campaign struct {
	Shop *Shop
	// Kills is how often the program is killed, and Callers how many callers
	// place orders one after the other all the time.
	Kills, Callers int
	// Between is the mean time from the moment the program serves to its kill. One
	// kill in ten comes while the program starts.
	Between time.Duration
	// Working lets the program make a promise before its time to the kill begins:
	// on a slow machine it would else be killed over and over with nothing done.
	Working bool
	// Progress is told of every kill; may be nil.
	Progress func(kill int)

	orders  *Orders
	load    sync.WaitGroup
	mu      sync.Mutex
	current *generation
	changed chan struct{}
	result  Result
}

// generation is the program from one kill to the next.
type generation struct {
	base string
	down chan struct{} // closed when it is killed
}

// Result is what a campaign came to.
type Result struct {
	*Findings
	Kills, EarlyKills int // EarlyKills: before the program listened
	UnderWay          int // orders under way at the kills, in sum
	Orders            int // placed
	Promises          int // accepted, as far as their callers know
	Answered          int // of these, by the flow on the line
	CutOff, Refused   int // calls that broke off, and calls that were turned away
	Calls             int // that the outside services have received
	Took              time.Duration
}

// drainLimit is how long everything may take to come to its end after the last
// kill.
const drainLimit = 5 * time.Minute

// Run kills, lets everything come to its end and checks what is left. The error
// is for what kept it from its work; broken promises are in the result.
func (c *Campaign) Run(ctx context.Context) (*Result, error) {
	began := time.Now()
	c.orders, c.changed = NewOrders(), make(chan struct{})
	c.orders.ScarceEvery = 6
	loading, endLoad := context.WithCancel(ctx)
	defer endLoad()
	for i := range c.Callers {
		c.load.Go(func() { c.placeOrders(loading, i) })
	}
	err := c.kills(ctx)
	endLoad()
	c.load.Wait()
	if err != nil {
		return nil, err
	}
	if err := c.drain(ctx); err != nil {
		return nil, err
	}
	promises := c.orders.Promises()
	found, err := Check(ctx, c.Shop, promises)
	if err != nil {
		return nil, err
	}
	c.result.add(found)
	c.result.Kills, c.result.Orders, c.result.Promises = c.Kills, int(c.orders.number.Load()), len(promises)
	c.result.CutOff, c.result.Refused, c.result.Calls = c.orders.cutOff, c.orders.refused, c.Shop.Ledger.Count()
	for i := range promises {
		if promises[i].Answered {
			c.result.Answered++
		}
	}
	c.result.Took = time.Since(began)
	return &c.result, nil
}

// add joins what was found while the program was running with what is left.
func (r *Result) add(found *Findings) {
	before := r.Findings
	r.Findings = found
	if before == nil {
		return
	}
	for kind, n := range before.count {
		found.count[kind] += n
		found.examples[kind] = append(found.examples[kind], before.examples[kind]...)
	}
}

func (c *Campaign) kills(ctx context.Context) error {
	for kill := range c.Kills {
		early := rand.N(10) == 0
		if err := c.killOnce(ctx, early); err != nil {
			return fmt.Errorf("kill %d: %w", kill+1, err)
		}
		if early {
			c.result.EarlyKills++
		}
		if c.Progress != nil {
			c.Progress(kill + 1)
		}
	}
	return nil
}

// killOnce starts the program and kills it, at once or when it has worked for a
// while.
func (c *Campaign) killOnce(ctx context.Context, early bool) error {
	if early {
		p, stdout, err := launch(c.Shop.Serve())
		if err != nil {
			return err
		}
		timer := time.AfterFunc(rand.N(200*time.Millisecond), func() { _ = p.command.Process.Kill() })
		defer timer.Stop()
		if err := p.await(ctx, stdout); err != nil && !errors.Is(err, errDied) {
			return err
		}
		<-p.ended
		return nil
	}
	p, err := Start(ctx, c.Shop.Serve())
	if err != nil {
		return err
	}
	defer p.Kill()
	// It serves once all that was unfinished goes on.
	if _, err := c.orders.call(ctx, http.MethodGet, p.Base+"/readyz", ""); err != nil {
		return fmt.Errorf("asking whether it is ready: %w; log: %s", err, p.Log())
	}
	settling := make(chan struct{})
	g := &generation{base: p.Base, down: make(chan struct{})}
	c.comesUp(g)
	go func() {
		defer close(settling)
		// It may be cut off. What cannot be settled keeps the campaign from its end.
		_ = c.manager(g).settle(ctx)
	}()
	defer func() { <-settling }()
	// From a twentieth of the mean, so that the program gets to work.
	if c.Working {
		if err := c.works(ctx, p); err != nil {
			return err
		}
	}
	timer := time.NewTimer(c.Between/20 + rand.N(2*c.Between))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.Ended():
		return fmt.Errorf("the program has ended by itself: %s", p.Log())
	case <-ctx.Done():
		return ctx.Err()
	}
	c.result.UnderWay += int(c.orders.underWay.Load())
	p.Kill()
	c.goesDown(g)
	return nil
}

// works waits for the first promise of a program that has come up.
func (c *Campaign) works(ctx context.Context, p *Process) error {
	select { // one of the program before it says nothing of this one
	case <-c.orders.promised:
	default:
	}
	select {
	case <-c.orders.promised:
		return nil
	case <-p.Ended():
		return fmt.Errorf("the program has ended by itself: %s", p.Log())
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Campaign) manager(g *generation) *manager {
	return &manager{base: g.base, client: c.orders.client}
}

func (c *Campaign) comesUp(g *generation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current = g
	close(c.changed)
	c.changed = make(chan struct{})
}

func (c *Campaign) goesDown(g *generation) {
	c.mu.Lock()
	c.current = nil
	c.mu.Unlock()
	close(g.down)
	c.orders.Forget()
}

// up waits until the program is there; nil: the campaign is over.
func (c *Campaign) up(ctx context.Context) *generation {
	for ctx.Err() == nil {
		c.mu.Lock()
		g, changed := c.current, c.changed
		c.mu.Unlock()
		if g != nil {
			return g
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
	return nil
}

func (c *Campaign) placeOrders(ctx context.Context, turn int) {
	for g := c.up(ctx); g != nil; g = c.up(ctx) {
		turn++
		// The call lasts as long as the program, not as the load: the last orders
		// are to get their answers.
		if _, err := c.orders.Place(context.WithoutCancel(ctx), g.base, slugOf(turn)); err == nil {
			continue
		}
		select {
		case <-g.down:
		case <-ctx.Done():
		}
	}
}

// drain starts the program for the last time, lets everything come to its end,
// asks for all answers again and stops it in order.
func (c *Campaign) drain(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, drainLimit)
	defer cancel()
	p, err := Start(ctx, c.Shop.Serve())
	if err != nil {
		return err
	}
	defer p.Kill()
	g := &generation{base: p.Base, down: make(chan struct{})}
	if err := c.manager(g).rest(ctx); err != nil {
		return fmt.Errorf("%w: %s", err, p.Log())
	}
	c.result.Findings = newFindings()
	for _, promise := range c.orders.Promises() {
		if err := c.answersAgain(ctx, g.base, &promise); err != nil {
			return err
		}
	}
	return p.Stop()
}

// answersAgain asks for an answer that was given before the kills.
func (c *Campaign) answersAgain(ctx context.Context, base string, promise *Promise) error {
	again, err := c.orders.Answer(ctx, base, promise.Execution)
	if err != nil {
		return fmt.Errorf("asking for the answer of %s again: %w", promise.Execution, err)
	}
	if promise.Answered && (again.Status != promise.Status || !bytes.Equal(again.Body, promise.Body)) {
		c.result.Findings.add(TwoAnswers, "execution %s has answered %d %s, and answers %d %s now",
			promise.Execution, promise.Status, promise.Body, again.Status, again.Body)
	}
	return nil
}
