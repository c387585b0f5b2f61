package simulated

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"
)

// maxInvoices bounds the books, and the request IDs remembered with them.
const maxInvoices = 10_000

// books holds one company's invoices, customers and items.
type books struct {
	clock func() time.Time
	// customers and items by ID; they never change.
	customers, items []named

	mu         sync.Mutex
	nextID     int64
	nextNumber int64
	invoices   bounded[*Invoice]
	records    map[*Invoice]record // as queries see them; made when first asked for
	byRequest  map[string]*Invoice
	requestAge bounded[string]
}

// named is a customer or an item.
type named struct{ id, name, email string }

func newBooks(products []Product, clock func() time.Time) *books {
	b := &books{
		clock: clock,
		customers: []named{
			{"1", "Acme web shop", "shop@acme.example"},
			{"2", "Ada Sorensen", "ada.sorensen@example.com"},
			{"3", "Bruno Keller", "bruno.keller@example.com"},
			{"4", "Chidi Okafor", "chidi.okafor@example.com"},
			{"5", "Dalia Haddad", "dalia.haddad@example.com"},
		},
		items: []named{{"1", "Sales", ""}},
	}
	for i, product := range products {
		b.items = append(b.items, named{strconv.Itoa(i + 2), product.SKU, ""})
	}
	b.reset()
	return b
}

func (b *books) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.nextID, b.nextNumber = 146, 1001
	b.invoices = newBounded[*Invoice](maxInvoices)
	b.records = make(map[*Invoice]record)
	b.byRequest = make(map[string]*Invoice)
	b.requestAge = newBounded[string](maxInvoices)
}

// customer returns the name of a customer, or nothing.
func (b *books) customer(id string) string { return nameOf(b.customers, id) }

// item returns the name of an item, or nothing.
func (b *books) item(id string) string { return nameOf(b.items, id) }

func nameOf(list []named, id string) string {
	at := slices.IndexFunc(list, func(n named) bool { return n.id == id })
	if at < 0 {
		return ""
	}
	return list[at].name
}

// create writes an invoice. A request ID that made one before gets that one
// again, whatever the body says, as QuickBooks does. A document number that
// is taken is refused unless allowDuplicate.
func (b *books) create(asked NewInvoice, requestID string, allowDuplicate bool) (Invoice, *quickBooksError) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if made, ok := b.byRequest[requestID]; ok && requestID != "" {
		return *made, nil
	}
	if fault := asked.check(b); fault != nil {
		return Invoice{}, fault
	}
	if taken := b.byNumber(asked.DocNumber); taken != nil && !allowDuplicate {
		return Invoice{}, &quickBooksError{
			Message: "Duplicate Document Number Error", Code: "6140", Element: "DocNumber",
			Detail: fmt.Sprintf("Duplicate Document Number Error : You must specify a different number. This number has already been used. DocNumber=%s is assigned to TxnType=Invoice with TxnId=%s", taken.DocNumber, taken.ID),
		}
	}
	made := b.write(asked)
	if requestID != "" {
		b.byRequest[requestID] = made
		if old, full := b.requestAge.add(requestID); full {
			delete(b.byRequest, old)
		}
	}
	return *made, nil
}

// write fills in what QuickBooks assigns; the caller holds the lock.
func (b *books) write(asked NewInvoice) *Invoice {
	now := b.clock()
	for asked.DocNumber == "" {
		number := strconv.FormatInt(b.nextNumber, 10)
		b.nextNumber++
		if b.byNumber(number) == nil {
			asked.DocNumber = number
		}
	}
	if asked.TxnDate == "" {
		asked.TxnDate = now.Format(time.DateOnly)
	}
	if asked.DueDate == "" {
		asked.DueDate = now.AddDate(0, 0, 30).Format(time.DateOnly)
	}
	asked.CustomerRef = &Ref{asked.CustomerRef.Value, b.customer(asked.CustomerRef.Value)}
	asked.Line = slices.Clone(asked.Line)
	for i := range asked.Line {
		line := &asked.Line[i]
		line.ID, line.LineNum = strconv.Itoa(i+1), i+1
		if sale := line.SalesItemLineDetail; sale != nil && sale.ItemRef == nil {
			sale.ItemRef = &Ref{"1", b.item("1")}
		} else if sale != nil {
			sale.ItemRef.Name = b.item(sale.ItemRef.Value)
		}
	}
	sum := asked.total()
	made := &Invoice{
		ID: strconv.FormatInt(b.nextID, 10), SyncToken: "0", NewInvoice: asked,
		TotalAmt: sum, Balance: sum, MetaData: MetaData{now, now},
	}
	b.nextID++
	if old, full := b.invoices.add(made); full {
		delete(b.records, old)
	}
	return made
}

// selectable are all invoices as queries see them. An invoice never changes, so
// each is converted once. The records must not be changed.
func (b *books) selectable() ([]record, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	records := make([]record, len(b.invoices.items))
	for i, invoice := range b.invoices.items {
		known, ok := b.records[invoice]
		if !ok {
			var err error
			if known, err = recordOf(*invoice); err != nil {
				return nil, err
			}
			b.records[invoice] = known
		}
		records[i] = known
	}
	return records, nil
}

// byNumber returns an invoice of that document number or nil; the caller
// holds the lock.
func (b *books) byNumber(number string) *Invoice {
	at := slices.IndexFunc(b.invoices.items, func(i *Invoice) bool { return number != "" && i.DocNumber == number })
	if at < 0 {
		return nil
	}
	return b.invoices.items[at]
}

func (b *books) list() []Invoice {
	b.mu.Lock()
	defer b.mu.Unlock()
	invoices := make([]Invoice, 0, len(b.invoices.items))
	for _, invoice := range b.invoices.items {
		invoices = append(invoices, *invoice)
	}
	return invoices
}
