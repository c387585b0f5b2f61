package simulated

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Bounds of HubSpot's search.
const (
	defaultSearchRows = 10
	maxSearchRows     = 200
	maxFilterGroups   = 5
	maxFilters        = 6 // of one group
	maxSearchOffset   = 10_000
)

// hubSpot is the contact search of HubSpot's CRM API, version 3.
type hubSpot struct {
	token         string
	people        []Person
	correlationID func() string
}

// hubSpotFault is HubSpot's error format.
type hubSpotFault struct {
	Status        string `json:"status"`
	Message       string `json:"message"`
	CorrelationID string `json:"correlationId"`
	Category      string `json:"category"`
	ErrorType     string `json:"errorType,omitempty"`
}

func (h *hubSpot) refuseAs(w http.ResponseWriter, status int, category, message string) {
	fault := hubSpotFault{Status: "error", Message: message, CorrelationID: h.correlationID(), Category: category}
	if status == http.StatusTooManyRequests {
		fault.ErrorType = "RATE_LIMIT"
	}
	writeJSON(w, status, fault)
}

func (h *hubSpot) refuse(w http.ResponseWriter, status int, message string) {
	category, words := "INTERNAL_ERROR", "internal error"
	switch status {
	case http.StatusUnauthorized:
		category, words = "INVALID_AUTHENTICATION", "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
	case http.StatusNotFound:
		category, words = "OBJECT_NOT_FOUND", "resource not found"
	case http.StatusMethodNotAllowed:
		category, words = "METHOD_NOT_ALLOWED", "the address does not take this method"
	case http.StatusUnsupportedMediaType:
		category, words = "VALIDATION_ERROR", "send the body as application/json"
	case http.StatusRequestEntityTooLarge:
		category, words = "VALIDATION_ERROR", "the body is too large"
	case http.StatusTooManyRequests:
		category, words = "RATE_LIMITS", "You have reached your secondly limit."
	case http.StatusServiceUnavailable:
		category, words = "SERVICE_UNAVAILABLE", "the service is temporarily unavailable"
	}
	if message != "" {
		words = message
	}
	h.refuseAs(w, status, category, words)
}

func (h *hubSpot) invalid(w http.ResponseWriter, format string, arguments ...any) {
	h.refuseAs(w, http.StatusBadRequest, "VALIDATION_ERROR", fmt.Sprintf(format, arguments...))
}

// api returns the handler of the API behind its token.
func (h *hubSpot) api() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/crm/v3/objects/contacts/search", methods(h.refuse, map[string]http.HandlerFunc{"POST": h.search}))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { h.refuse(w, http.StatusNotFound, "") })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !sameSecret(bearer(r), h.token) {
			h.refuse(w, http.StatusUnauthorized, "")
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// contactSearch is the body of a search.
type contactSearch struct {
	FilterGroups []filterGroup `json:"filterGroups"`
	Sorts        []any         `json:"sorts"`
	Query        string        `json:"query"`
	Properties   []string      `json:"properties"`
	Limit        *int          `json:"limit"`
	After        any           `json:"after"` // HubSpot takes text and number
}

type filterGroup struct {
	Filters []filter `json:"filters"`
}

type filter struct {
	PropertyName string   `json:"propertyName"`
	Operator     string   `json:"operator"`
	Value        string   `json:"value"`
	HighValue    string   `json:"highValue"`
	Values       []string `json:"values"`
}

// defaultProperties come when a search names none.
var defaultProperties = []string{"createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"}

func (h *hubSpot) search(w http.ResponseWriter, r *http.Request) {
	if !isJSON(r) {
		h.refuse(w, http.StatusUnsupportedMediaType, "")
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		h.invalid(w, "Invalid input: the body broke off")
		return
	}
	var asked contactSearch
	if err := decodeJSON(body, &asked); err != nil {
		h.invalid(w, "Invalid input JSON: %s", clip(err.Error(), 200))
		return
	}
	limit, offset, err := asked.page()
	if err == nil {
		err = asked.check()
	}
	if err != nil {
		h.invalid(w, "%s", err)
		return
	}
	var found []map[string]string
	for _, contact := range h.contacts() {
		if asked.matches(contact) {
			found = append(found, contact)
		}
	}
	writeJSON(w, http.StatusOK, asked.answer(found, limit, offset))
}

func (c contactSearch) page() (limit, offset int, err error) {
	limit = defaultSearchRows
	if c.Limit != nil {
		limit = *c.Limit
	}
	if limit < 1 || limit > maxSearchRows {
		return 0, 0, fmt.Errorf("limit must be from 1 to %d", maxSearchRows)
	}
	if after := fmt.Sprint(c.After); c.After != nil && after != "" {
		offset, err = strconv.Atoi(after)
		if err != nil || offset < 0 || offset > maxSearchOffset {
			return 0, 0, fmt.Errorf("after must be a number from 0 to %d", maxSearchOffset)
		}
	}
	return limit, offset, nil
}

// check refuses what HubSpot refuses in the filters.
func (c contactSearch) check() error {
	if len(c.FilterGroups) > maxFilterGroups {
		return fmt.Errorf("at most %d filterGroups are allowed", maxFilterGroups)
	}
	for _, group := range c.FilterGroups {
		if len(group.Filters) == 0 || len(group.Filters) > maxFilters {
			return fmt.Errorf("a filter group holds from 1 to %d filters", maxFilters)
		}
		for _, one := range group.Filters {
			if err := one.check(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f filter) check() error {
	if _, ok := (HubSpotContact{}).properties()[f.PropertyName]; !ok {
		return fmt.Errorf("there was a problem with the request: property %q does not exist", clip(f.PropertyName, 60))
	}
	switch f.Operator {
	case "EQ", "NEQ", "LT", "LTE", "GT", "GTE", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN":
		if f.Value == "" {
			return errors.New("a filter with " + f.Operator + " needs a value")
		}
	case "BETWEEN":
		if f.Value == "" || f.HighValue == "" {
			return errors.New("a filter with BETWEEN needs value and highValue")
		}
	case "IN", "NOT_IN":
		if len(f.Values) == 0 {
			return errors.New("a filter with " + f.Operator + " needs values")
		}
	case "HAS_PROPERTY", "NOT_HAS_PROPERTY":
	default:
		return fmt.Errorf("operator %q is not one of EQ, NEQ, LT, LTE, GT, GTE, BETWEEN, IN, NOT_IN, HAS_PROPERTY, NOT_HAS_PROPERTY, CONTAINS_TOKEN, NOT_CONTAINS_TOKEN", clip(f.Operator, 40))
	}
	return nil
}

// matches: groups are alternatives, the filters of one hold together.
func (c contactSearch) matches(contact map[string]string) bool {
	if !slices.ContainsFunc(slices.Collect(maps.Values(contact)), func(value string) bool {
		return strings.Contains(strings.ToLower(value), strings.ToLower(c.Query))
	}) {
		return false
	}
	if len(c.FilterGroups) == 0 {
		return true
	}
	return slices.ContainsFunc(c.FilterGroups, func(group filterGroup) bool {
		return !slices.ContainsFunc(group.Filters, func(f filter) bool { return !f.holds(contact[f.PropertyName]) })
	})
}

func (f filter) holds(value string) bool {
	equal := func(wanted string) bool { return strings.EqualFold(value, wanted) }
	contains := strings.Contains(strings.ToLower(value), strings.ToLower(strings.Trim(f.Value, "*")))
	switch f.Operator {
	case "EQ":
		return equal(f.Value)
	case "NEQ":
		return !equal(f.Value)
	case "LT":
		return compare(value, f.Value) < 0
	case "LTE":
		return compare(value, f.Value) <= 0
	case "GT":
		return compare(value, f.Value) > 0
	case "GTE":
		return compare(value, f.Value) >= 0
	case "BETWEEN":
		return compare(value, f.Value) >= 0 && compare(value, f.HighValue) <= 0
	case "IN":
		return slices.ContainsFunc(f.Values, equal)
	case "NOT_IN":
		return !slices.ContainsFunc(f.Values, equal)
	case "HAS_PROPERTY":
		return value != ""
	case "NOT_HAS_PROPERTY":
		return value == ""
	case "NOT_CONTAINS_TOKEN":
		return !contains
	default:
		return contains
	}
}
