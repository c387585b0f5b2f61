package simulated

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
)

func (q *quickBooks) createInvoice(w http.ResponseWriter, r *http.Request) {
	if !isJSON(r) {
		q.refuse(w, http.StatusUnsupportedMediaType, "")
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		q.invalid(w, quickBooksError{Message: "Request cannot be read", Code: "2010", Detail: "The body broke off"})
		return
	}
	var asked NewInvoice
	if err := decodeJSON(body, &asked); err != nil {
		q.invalid(w, bodyFault(err))
		return
	}
	query := r.URL.Query()
	invoice, fault := q.books.create(asked, query.Get("requestid"), query.Get("include") == "allowduplicatedocnum")
	if fault != nil {
		q.invalid(w, *fault)
		return
	}
	q.pulse.beat()
	writeJSON(w, http.StatusOK, map[string]any{"Invoice": invoice, "time": q.clock()})
}

// bodyFault puts a reading error into QuickBooks' words.
func bodyFault(err error) quickBooksError {
	var unknown unknownFieldError
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &unknown):
		return quickBooksError{
			Message: "Request has invalid or unsupported property", Code: "2010", Element: unknown.path,
			Detail: "Property Name:" + clip(unknown.path, 80) + " specified is unsupported or invalid",
		}
	case errors.As(err, &wrongType):
		return quickBooksError{
			Message: "Request has invalid or unsupported property", Code: "2010", Element: wrongType.Field,
			Detail: "Property Name:" + wrongType.Field + " cannot be a " + wrongType.Value,
		}
	case errors.Is(err, errAmount):
		return quickBooksError{Message: "Invalid Number", Code: "2090", Detail: "A number is " + err.Error()}
	default:
		return quickBooksError{Message: "Invalid JSON", Code: "2010", Detail: "The body is not one JSON object: " + clip(err.Error(), 200)}
	}
}

func (q *quickBooks) getInvoice(w http.ResponseWriter, r *http.Request) {
	invoices := q.books.list()
	at := slices.IndexFunc(invoices, func(i Invoice) bool { return i.ID == r.PathValue("id") })
	if at < 0 {
		q.invalid(w, objectNotFound("Invoice"))
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"Invoice": invoices[at], "time": q.clock()})
}
