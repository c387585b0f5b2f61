package simulated

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// shownOrders is how many orders the shop page lists.
const shownOrders = 100

type shopView struct {
	hook     string
	products []Product
	orders   []orderRow // newest first
}

// orderRow is one order as the shop lists it: placed on the page, made
// through the API, or both.
type orderRow struct {
	orderID, number, customer, email, summary, invoice, note string
	total                                                    Amount
	status                                                   status
	placedAt                                                 time.Time
	pending                                                  bool // its answer is still to be fetched
}

// anchor names the row on the page; orders without a number go by the shop's
// own ID.
func (o orderRow) anchor() string {
	if o.number != "" {
		return o.number
	}
	return o.orderID
}

func (s *Services) shopPage(w http.ResponseWriter, r *http.Request) {
	rows := orderRows(s.acme.shop.placements.list(), s.acme.orders.list())
	view := shopView{hook: s.acme.shop.hookURL(), products: s.inventory.list(), orders: rows[:min(len(rows), shownOrders)]}
	render(w, r, shopPage(view)) //nolint:contextcheck // templ hands the context on when it renders
}

// orderRows joins what the page placed with what Acme made of it. An order
// that came twice shows twice: that is a fault of the flow worth seeing.
func orderRows(placed []Placement, orders []Order) []orderRow {
	var rows []orderRow
	made := make(map[string]bool)
	for _, order := range orders {
		made[order.OrderID] = true
		rows = append(rows, orderRow{
			orderID: order.OrderID, number: order.ID, customer: order.Customer, email: order.Email,
			summary: summary(order.Lines), invoice: order.Invoice, note: order.Note, total: order.Total,
			status: orderBadge(string(order.Status)), placedAt: order.CreatedAt,
		})
	}
	for _, placement := range placed {
		request := placement.Request
		if made[request.OrderID] {
			continue
		}
		rows = append(rows, orderRow{
			orderID: request.OrderID, customer: request.Customer, email: request.Email,
			summary: summary(request.Lines), note: placement.Note, total: total(request.Lines),
			status: orderBadge(placement.Status), placedAt: placement.PlacedAt,
			pending: placement.responseURL != "" && placement.Final == nil,
		})
	}
	slices.SortStableFunc(rows, func(a, b orderRow) int { return b.placedAt.Compare(a.placedAt) })
	return rows
}

// summary names the lines of an order in one line of text.
func summary(lines []OrderLine) string {
	text := ""
	for i, line := range lines {
		if i == 3 {
			return text + " and " + strconv.Itoa(len(lines)-i) + " more"
		}
		if i > 0 {
			text += ", "
		}
		text += strconv.FormatInt(line.Quantity, 10) + " × " + line.SKU
	}
	return text
}

func countText(n int64) string { return strconv.FormatInt(n, 10) }

// firstQuantity fills the form so that one click places a sensible order.
func firstQuantity(product int) string {
	if product == 0 {
		return "2"
	}
	return "0"
}
