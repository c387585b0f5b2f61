package simulated

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/mail"
	"strconv"
	"strings"
	"time"
)

// maxBasket bounds the body of the shop's form.
const maxBasket = 64 << 10

// routes adds what the shop's browser code calls.
func (s *shop) routes(mux *http.ServeMux) {
	mux.HandleFunc("POST /shop/orders", s.placeOrder)
	mux.HandleFunc("GET /shop/orders/{orderID}/answer", s.pollAnswer)
}

// shopAnswer is what the browser is told about a placed order.
type shopAnswer struct {
	OrderID string     `json:"orderId"`
	Answer  HookAnswer `json:"answer"`
	Pending bool       `json:"pending"`
	// RetryMs is when to ask again, in milliseconds.
	RetryMs int64 `json:"retryMs,omitempty"`
}

// shopFault tells the browser what is wrong with the form, and where.
type shopFault struct {
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

func (s *shop) placeOrder(w http.ResponseWriter, r *http.Request) {
	if !isJSON(r) {
		writeJSON(w, http.StatusUnsupportedMediaType, shopFault{"", "Send the form as application/json."})
		return
	}
	var form basket
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBasket)).Decode(&form); err != nil {
		writeJSON(w, http.StatusBadRequest, shopFault{"", "The form cannot be read. Reload the page and try again."})
		return
	}
	form.Customer, form.Email = strings.TrimSpace(form.Customer), strings.TrimSpace(form.Email)
	if form.Customer == "" || len(form.Customer) > 200 {
		writeJSON(w, http.StatusUnprocessableEntity, shopFault{"customer", "Enter the customer's name, at most 200 characters."})
		return
	}
	if address, err := mail.ParseAddress(form.Email); err != nil || address.Address != form.Email || len(form.Email) > 254 {
		writeJSON(w, http.StatusUnprocessableEntity, shopFault{"email", "Enter one email address, such as ada@example.com."})
		return
	}
	lines, err := s.lines(form.Quantities)
	if err != nil {
		writeJSON(w, http.StatusUnprocessableEntity, shopFault{"quantities", sentence(err)})
		return
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	default:
		writeJSON(w, http.StatusServiceUnavailable, shopFault{"", "Too many orders wait for an answer. Try again in a moment."})
		return
	}
	// The shop's backend holds the line itself: a customer who closes the
	// page does not call the order back.
	placement, err := s.place(lifetime(r.Context()), form.Customer, form.Email, lines)
	if err != nil {
		writeJSON(w, http.StatusBadGateway, shopFault{"", sentence(err)})
		return
	}
	writeJSON(w, http.StatusOK, shopAnswer{
		OrderID: placement.Request.OrderID, Answer: *placement.First,
		Pending: placement.responseURL != "", RetryMs: retryMs(""),
	})
}

func (s *shop) pollAnswer(w http.ResponseWriter, r *http.Request) {
	answer, pending, retryAfter, err := s.poll(r.Context(), r.PathValue("orderID"))
	if err != nil {
		writeJSON(w, http.StatusNotFound, shopFault{"", sentence(err)})
		return
	}
	writeJSON(w, http.StatusOK, shopAnswer{r.PathValue("orderID"), answer, pending, retryMs(retryAfter)})
}

// retryMs is when the page asks again: as Retry-After says, within bounds
// that keep the page lively and the server calm.
func retryMs(retryAfter string) int64 {
	seconds, err := strconv.Atoi(retryAfter)
	if err != nil || seconds < 1 {
		return 500
	}
	return (time.Duration(min(seconds, 10)) * time.Second).Milliseconds()
}

// sentence turns an error into one, for people.
func sentence(err error) string {
	text := err.Error()
	if text == "" {
		text = errors.ErrUnsupported.Error()
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
