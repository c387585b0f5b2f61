package simulated

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// statusChange is the body of POST /orders/{id}/status.
type statusChange struct {
	Status  OrderStatus `json:"status"`
	Message string      `json:"message"` // for the person who ordered
}

// statusChanged is its answer. Orders that the shop has only asked for have
// no order number yet, and can be told about all the same: that is how a
// back-ordered one gets its status.
type statusChanged struct {
	ID      string      `json:"id,omitempty"`
	OrderID string      `json:"orderId"`
	Status  OrderStatus `json:"status"`
	Message string      `json:"message,omitempty"`
}

func (a *acme) setStatus(w http.ResponseWriter, r *http.Request) {
	var change statusChange
	if _, ok := a.readBody(w, r, &change); !ok {
		return
	}
	if !slices.Contains(OrderStatuses(), change.Status) {
		refuseAcme(w, http.StatusUnprocessableEntity, fmt.Sprintf("status must be one of %v.", OrderStatuses()))
		return
	}
	if len(change.Message) > 2000 {
		refuseAcme(w, http.StatusUnprocessableEntity, "message is longer than 2000 bytes.")
		return
	}
	id := r.PathValue("id")
	order, err := a.orders.setStatus(id, change.Status, change.Message)
	switch {
	case err == nil:
		a.shop.orderMoved(order)
		a.pulse.beat()
		writeJSON(w, http.StatusOK, statusChanged{order.ID, order.OrderID, order.Status, order.Note})
	case !errors.Is(err, errNoOrder):
		refuseAcme(w, http.StatusConflict, "The status cannot change: "+err.Error()+".")
	case a.shop.told(id, change.Status, change.Message):
		a.pulse.beat()
		writeJSON(w, http.StatusOK, statusChanged{"", id, change.Status, change.Message})
	default:
		refuseAcmeAs(w, http.StatusNotFound, "unknown_order", fmt.Sprintf("There is no order %q.", clip(id, 64)))
	}
}
