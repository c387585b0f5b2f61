package simulated

import (
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"sync"
	"time"
)

// Bounds of Acme's order book.
const (
	maxOrders     = 10_000
	maxOrderLines = 200
	maxQuantity   = 1_000_000
)

// OrderLine is one product of an order.
type OrderLine struct {
	SKU      string `json:"sku"`
	Name     string `json:"name,omitempty"`
	Quantity int64  `json:"quantity"`
	Price    Amount `json:"price"`
}

// NewOrder is what a caller sends to create an order in Acme.
type NewOrder struct {
	OrderID  string      `json:"orderId"` // the shop's own, such as A-1001; empty: the order number
	Customer string      `json:"customer"`
	Email    string      `json:"email,omitempty"`
	Lines    []OrderLine `json:"lines"`
	Invoice  string      `json:"invoice,omitempty"` // an invoice's number
	Status   OrderStatus `json:"status"`            // empty: confirmed
	Note     string      `json:"note,omitempty"`
}

// Order is an order that Acme has accepted. Unless it came in back-ordered
// or canceled, its stock is taken.
type Order struct {
	ID string `json:"id"` // Acme's order number, such as SO-5001
	NewOrder
	Total     Amount    `json:"total"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`

	stockTaken bool
}

// OrderStatus is where an order stands.
type OrderStatus string

// The statuses that Acme knows.
const (
	OrderConfirmed   OrderStatus = "confirmed"
	OrderBackOrdered OrderStatus = "back-ordered"
	OrderPacked      OrderStatus = "packed"
	OrderShipped     OrderStatus = "shipped"
	OrderCanceled    OrderStatus = "canceled"
)

// OrderStatuses lists every status.
func OrderStatuses() []OrderStatus {
	return []OrderStatus{OrderConfirmed, OrderBackOrdered, OrderPacked, OrderShipped, OrderCanceled}
}

// check says what is wrong with an order; nil means that it can be tried.
func (n NewOrder) check() error {
	switch {
	case len(n.OrderID) > 64:
		return errors.New("orderId is longer than 64 bytes")
	case n.Customer == "":
		return errors.New("customer is required")
	case len(n.Customer) > 200 || len(n.Note) > 2000 || len(n.Invoice) > 64:
		return errors.New("a text is too long: customer takes 200 bytes, note 2000, invoice 64")
	case n.Status != "" && !slices.Contains(OrderStatuses(), n.Status):
		return fmt.Errorf("status must be one of %v", OrderStatuses())
	case len(n.Lines) == 0 || len(n.Lines) > maxOrderLines:
		return fmt.Errorf("lines must hold from 1 to %d lines", maxOrderLines)
	}
	if address, err := mail.ParseAddress(n.Email); n.Email != "" && (err != nil || address.Address != n.Email || len(n.Email) > 254) {
		return errors.New("email must be one plain address")
	}
	for i, line := range n.Lines {
		switch {
		case line.SKU == "":
			return fmt.Errorf("lines[%d].sku is required", i)
		case line.Quantity < 1 || line.Quantity > maxQuantity:
			return fmt.Errorf("lines[%d].quantity must be from 1 to %d", i, maxQuantity)
		case line.Price.Negative():
			return fmt.Errorf("lines[%d].price must not be negative", i)
		case len(line.Name) > 200:
			return fmt.Errorf("lines[%d].name is longer than 200 bytes", i)
		}
	}
	return nil
}

func total(lines []OrderLine) Amount {
	var sum Amount
	for _, line := range lines {
		sum = sum.Plus(line.Price.Times(Count(line.Quantity)))
	}
	return sum
}

// orderBook holds Acme's orders and the idempotency keys that made them.
type orderBook struct {
	clock     func() time.Time
	inventory *inventory

	mu     sync.Mutex
	number int64
	orders bounded[*Order]
	keys   map[string]keyedOrder
	keyAge bounded[string]
}

// keyedOrder is what an idempotency key stands for.
type keyedOrder struct {
	bodyHash [32]byte
	id       string
}

var (
	errKeyReused = errors.New("this Idempotency-Key was used with another body")
	errNoOrder   = errors.New("no such order")
)

// outOfStock is the refusal of an order that stock cannot serve.
type outOfStock struct{ shortage }

func (e outOfStock) Error() string {
	if e.unknown {
		return fmt.Sprintf("there is no product %q", clip(e.sku, 64))
	}
	return fmt.Sprintf("%s: %d ordered, %d available", e.sku, e.requested, e.available)
}

func newOrderBook(clock func() time.Time, stock *inventory) *orderBook {
	b := &orderBook{clock: clock, inventory: stock}
	b.reset()
	return b
}

func (b *orderBook) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.number = 5000
	b.orders = newBounded[*Order](maxOrders)
	b.keys = make(map[string]keyedOrder)
	b.keyAge = newBounded[string](maxOrders)
}

// create accepts an order, or returns the one that the same key made before.
// The lock is held throughout, so two calls with one key make one order.
func (b *orderBook) create(asked NewOrder, key string, bodyHash [32]byte) (order Order, replayed bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if seen, ok := b.keys[key]; ok && key != "" {
		if seen.bodyHash != bodyHash {
			return Order{}, false, errKeyReused
		}
		if found := b.find(seen.id); found != nil {
			return *found, true, nil
		}
	}
	if asked.Status == "" {
		asked.Status = OrderConfirmed
	}
	takesStock := asked.Status != OrderBackOrdered && asked.Status != OrderCanceled
	if takesStock {
		if short := b.inventory.take(asked.Lines); short != nil {
			return Order{}, false, outOfStock{*short}
		}
	}
	b.number++
	now := b.clock()
	made := &Order{
		ID: fmt.Sprintf("SO-%d", b.number), NewOrder: asked, Total: total(asked.Lines),
		CreatedAt: now, UpdatedAt: now, stockTaken: takesStock,
	}
	if made.OrderID == "" {
		made.OrderID = made.ID
	}
	b.orders.add(made)
	if key != "" {
		b.keys[key] = keyedOrder{bodyHash, made.ID}
		if old, full := b.keyAge.add(key); full {
			delete(b.keys, old)
		}
	}
	return *made, false, nil
}

// find returns the order of an order number, or else the newest one with
// that orderId, or nil; the caller holds the lock.
func (b *orderBook) find(id string) *Order {
	var byOrderID *Order
	for _, order := range slices.Backward(b.orders.items) {
		if order.ID == id {
			return order
		}
		if byOrderID == nil && order.OrderID == id {
			byOrderID = order
		}
	}
	return byOrderID
}

func (b *orderBook) get(id string) (Order, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if order := b.find(id); order != nil {
		return *order, true
	}
	return Order{}, false
}

// setStatus moves an order on; canceling gives its stock back.
func (b *orderBook) setStatus(id string, status OrderStatus, note string) (Order, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	order := b.find(id)
	if order == nil {
		return Order{}, errNoOrder
	}
	if order.Status == OrderCanceled && status != OrderCanceled {
		return Order{}, errors.New("the order is canceled, and its stock is given back; place a new one")
	}
	if status == OrderCanceled && order.stockTaken {
		b.inventory.giveBack(order.Lines)
		order.stockTaken = false
	}
	order.Status, order.UpdatedAt = status, b.clock()
	if note != "" {
		order.Note = note
	}
	return *order, nil
}

func (b *orderBook) list() []Order {
	b.mu.Lock()
	defer b.mu.Unlock()
	orders := make([]Order, 0, len(b.orders.items))
	for _, order := range b.orders.items {
		orders = append(orders, *order)
	}
	return orders
}
