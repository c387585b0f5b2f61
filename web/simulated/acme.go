package simulated

import (
	"crypto/sha256"
	"crypto/subtle"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

//go:embed assets/acme-openapi.json
var acmeOpenAPI []byte

// maxIdempotencyKey is the longest Idempotency-Key that Acme takes.
const maxIdempotencyKey = 255

// acme is the API of the customer's own application. Its shape is ours to
// define; assets/acme-openapi.json is its document.
type acme struct {
	apiKey    string
	inventory *inventory
	orders    *orderBook
	shop      *shop
	pulse     *pulse
}

// acmeFault is Acme's error format.
type acmeFault struct {
	Error acmeError `json:"error"`
}

type acmeError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// acmeFaults are Acme's usual words by status.
func acmeFaults(status int) acmeError {
	switch status {
	case http.StatusUnauthorized:
		return acmeError{"unauthorized", "The X-API-Key header is missing or wrong."}
	case http.StatusNotFound:
		return acmeError{"not_found", "There is nothing at this address."}
	case http.StatusMethodNotAllowed:
		return acmeError{"method_not_allowed", "This address does not take the method; see the Allow header."}
	case http.StatusConflict:
		return acmeError{"conflict", "The order cannot be changed like this."}
	case http.StatusRequestEntityTooLarge:
		return acmeError{"too_large", "The body is too large."}
	case http.StatusUnsupportedMediaType:
		return acmeError{"unsupported_media_type", "Send the body as application/json."}
	case http.StatusUnprocessableEntity:
		return acmeError{"invalid", "The body does not fit."}
	case http.StatusTooManyRequests:
		return acmeError{"rate_limited", "Too many requests. Try again after the time in Retry-After."}
	case http.StatusServiceUnavailable:
		return acmeError{"unavailable", "Acme is down for maintenance. Try again later."}
	case http.StatusBadRequest:
		return acmeError{"bad_request", "The request cannot be read."}
	default:
		return acmeError{"internal", "Acme failed inside."}
	}
}

func refuseAcme(w http.ResponseWriter, status int, message string) {
	fault := acmeFaults(status)
	if message != "" {
		fault.Message = message
	}
	refuseAcmeAs(w, status, fault.Code, fault.Message)
}

func refuseAcmeAs(w http.ResponseWriter, status int, code, message string) {
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	writeJSON(w, status, acmeFault{acmeError{code, message}})
}

// api returns the handler of the API behind its key.
func (a *acme) api() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/inventory/{sku}", methods(refuseAcme, map[string]http.HandlerFunc{"GET": a.getInventory}))
	mux.Handle("/orders", methods(refuseAcme, map[string]http.HandlerFunc{"POST": a.createOrder}))
	mux.Handle("/orders/{id}", methods(refuseAcme, map[string]http.HandlerFunc{"GET": a.getOrder}))
	mux.Handle("/orders/{id}/status", methods(refuseAcme, map[string]http.HandlerFunc{"POST": a.setStatus}))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { refuseAcme(w, http.StatusNotFound, "") })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !sameSecret(r.Header.Get("X-API-Key"), a.apiKey) {
			refuseAcme(w, http.StatusUnauthorized, "")
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// sameSecret compares without telling by its duration how much was right.
func sameSecret(given, wanted string) bool {
	return subtle.ConstantTimeCompare([]byte(given), []byte(wanted)) == 1
}

func (a *acme) getInventory(w http.ResponseWriter, r *http.Request) {
	product, ok := a.inventory.find(r.PathValue("sku"))
	if !ok {
		refuseAcmeAs(w, http.StatusNotFound, "unknown_sku", fmt.Sprintf("There is no product %q.", clip(r.PathValue("sku"), 64)))
		return
	}
	writeJSON(w, http.StatusOK, struct {
		SKU       string `json:"sku"`
		Available int64  `json:"available"`
		Warehouse string `json:"warehouse"`
	}{product.SKU, product.Available, product.Warehouse})
}

// readBody reads a JSON body into target; on a fault it has answered.
func (a *acme) readBody(w http.ResponseWriter, r *http.Request, target any) (body []byte, ok bool) {
	if !isJSON(r) {
		refuseAcme(w, http.StatusUnsupportedMediaType, "")
		return nil, false
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		refuseAcme(w, http.StatusBadRequest, "")
		return nil, false
	}
	if err := decodeJSON(body, target); err != nil {
		status := http.StatusUnprocessableEntity
		if !isShapeError(err) {
			status = http.StatusBadRequest
		}
		refuseAcme(w, status, "The body does not fit: "+clip(err.Error(), 300)+".")
		return nil, false
	}
	return body, true
}

func (a *acme) createOrder(w http.ResponseWriter, r *http.Request) {
	var asked NewOrder
	body, ok := a.readBody(w, r, &asked)
	if !ok {
		return
	}
	key := strings.Trim(r.Header.Get("Idempotency-Key"), `"`)
	if len(key) > maxIdempotencyKey {
		refuseAcme(w, http.StatusBadRequest, fmt.Sprintf("Idempotency-Key is longer than %d bytes.", maxIdempotencyKey))
		return
	}
	if err := asked.check(); err != nil {
		refuseAcme(w, http.StatusUnprocessableEntity, "The order does not fit: "+err.Error()+".")
		return
	}
	order, replayed, err := a.orders.create(asked, key, sha256.Sum256(body))
	var short outOfStock
	switch {
	case errors.Is(err, errKeyReused):
		refuseAcmeAs(w, http.StatusUnprocessableEntity, "idempotency_key_reused", "This Idempotency-Key was used with another body.")
		return
	case errors.As(err, &short) && short.unknown:
		refuseAcmeAs(w, http.StatusUnprocessableEntity, "unknown_sku", "The order does not fit: "+err.Error()+".")
		return
	case err != nil:
		refuseAcmeAs(w, http.StatusConflict, "out_of_stock", "Not enough in stock. "+err.Error()+".")
		return
	}
	if replayed {
		w.Header().Set("Idempotency-Replayed", "true")
	}
	a.shop.orderMoved(order)
	a.pulse.beat()
	w.Header().Set("Location", "/acme/orders/"+order.ID)
	writeJSON(w, http.StatusCreated, orderAnswer{order, order.ID, orderPage(r, order)})
}

func (a *acme) getOrder(w http.ResponseWriter, r *http.Request) {
	order, ok := a.orders.get(r.PathValue("id"))
	if !ok {
		refuseAcmeAs(w, http.StatusNotFound, "unknown_order", fmt.Sprintf("There is no order %q.", clip(r.PathValue("id"), 64)))
		return
	}
	writeJSON(w, http.StatusOK, orderAnswer{order, order.ID, orderPage(r, order)})
}

// orderAnswer is an order as the API shows one.
type orderAnswer struct {
	Order
	Number string `json:"number"` // for people; the same as the ID
	URL    string `json:"url"`    // its place on the shop page
}

func orderPage(r *http.Request, order Order) string {
	return "http://" + r.Host + "/acme/#" + order.ID
}
