package simulated

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// maxPlacements is how many orders the shop page remembers.
const maxPlacements = 500

// Placement is one order as the shop's customer placed it: what was sent to
// Redial, what came back, and what Acme was told about it since.
type Placement struct {
	Request     OrderRequest
	PlacedAt    time.Time
	Status      string // an OrderStatus, or one of the Placement statuses below
	Note        string
	OrderNumber string
	First       *HookAnswer // what the hook answered
	Final       *HookAnswer // what the response URL answered later; nil for a sync call
	responseURL string
}

// What a placement can be besides an OrderStatus.
const (
	PlacementSending  = "sending"  // the hook has not answered yet
	PlacementAccepted = "accepted" // 202: the answer comes later
	PlacementFailed   = "failed"   // the answer is an error, or there is none
	PlacementAnswered = "answered" // an answer that names no status
)

// OrderRequest is the body that the shop posts to the hook; it is what the
// flow's trigger receives.
type OrderRequest struct {
	OrderID  string      `json:"orderId"`
	Customer string      `json:"customer"`
	Email    string      `json:"email"`
	Lines    []OrderLine `json:"lines"`
}

// HookAnswer is an answer of Redial as the shop got it.
type HookAnswer struct {
	Status  int          `json:"status"` // 0: no answer came
	Headers []HookHeader `json:"headers"`
	Body    string       `json:"body"`
	Ms      int64        `json:"ms"`
	Error   string       `json:"error,omitempty"` // why no answer came
}

// HookHeader is one header that is of interest to a caller.
type HookHeader struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// placements is the shop's memory.
type placements struct {
	clock func() time.Time

	mu     sync.Mutex
	number int64
	placed bounded[*Placement]
}

func newPlacements(clock func() time.Time) *placements {
	p := &placements{clock: clock}
	p.reset()
	return p
}

func (p *placements) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	// Not from A-1001: that is the number that people type into curl, and
	// the shop's first order ought not to collide with theirs. A reset goes
	// on counting: Redial remembers the idempotency keys of earlier orders.
	p.number = max(p.number, 2000)
	p.placed = newBounded[*Placement](maxPlacements)
}

func (p *placements) add(customer, email string, lines []OrderLine) Placement {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.number++
	placement := &Placement{
		Request: OrderRequest{
			OrderID: fmt.Sprintf("A-%d", p.number), Customer: customer, Email: email, Lines: lines,
		},
		PlacedAt: p.clock(), Status: PlacementSending,
	}
	p.placed.add(placement)
	return *placement
}

func (p *placements) get(orderID string) (Placement, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if found := p.find(orderID); found != nil {
		return *found, true
	}
	return Placement{}, false
}

// find returns the placement of orderID or nil; the caller holds the lock.
func (p *placements) find(orderID string) *Placement {
	at := slices.IndexFunc(p.placed.items, func(one *Placement) bool { return one.Request.OrderID == orderID })
	if at < 0 {
		return nil
	}
	return p.placed.items[at]
}

// change edits the placement of orderID under the lock; false: there is none.
func (p *placements) change(orderID string, edit func(*Placement)) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	found := p.find(orderID)
	if found != nil {
		edit(found)
	}
	return found != nil
}

func (p *placements) list() []Placement {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]Placement, 0, len(p.placed.items))
	for _, one := range p.placed.items {
		list = append(list, *one)
	}
	return list
}
