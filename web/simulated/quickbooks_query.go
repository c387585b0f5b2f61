package simulated

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Rows of one answer.
const (
	defaultQueryRows = 100
	maxQueryRows     = 1000
)

// quickBooksQuery is QuickBooks' dialect.
var quickBooksQuery = dialect{limit: "maxresults", offset: "startposition", star: true}

// quickBooksEntities are what can be queried, by which fields.
var quickBooksEntities = map[string][]string{
	"Invoice":     {"Id", "SyncToken", "DocNumber", "TxnDate", "DueDate", "CustomerRef", "TotalAmt", "Balance", "MetaData.CreateTime", "MetaData.LastUpdatedTime"},
	"Customer":    {"Id", "SyncToken", "DisplayName", "PrimaryEmailAddr", "Active"},
	"Item":        {"Id", "SyncToken", "Name", "Type", "Active"},
	"CompanyInfo": {"Id", "CompanyName"},
}

func (q *quickBooks) query(w http.ResponseWriter, r *http.Request) {
	statement := r.URL.Query().Get("query")
	s, err := parseSelection(statement, quickBooksQuery)
	if err != nil {
		q.invalid(w, quickBooksError{
			Message: "Error parsing query", Code: "4000",
			Detail: "QueryParserError: " + err.Error() + ". The simulated QuickBooks reads: select *|count(*)|field, … from Entity [where field op 'value' [and …]] [orderby field [desc]] [startposition n] [maxresults n]",
		})
		return
	}
	entity, known := findEntity(s.entity)
	if known == nil {
		q.invalid(w, quickBooksError{
			Message: "Invalid query", Code: "4001",
			Detail: fmt.Sprintf("QueryValidationError: Entity %s is not one of Invoice, Customer, Item, CompanyInfo", clip(s.entity, 40)),
		})
		return
	}
	if unknown := s.resolve(known); unknown != "" {
		q.invalid(w, quickBooksError{
			Message: "Invalid query", Code: "4001",
			Detail: fmt.Sprintf("QueryValidationError: Property %s not found for Entity %s", clip(unknown, 40), entity),
		})
		return
	}
	if s.limit > maxQueryRows || s.limit == 0 || s.offset == 0 {
		q.invalid(w, quickBooksError{
			Message: "Invalid query", Code: "4001",
			Detail: fmt.Sprintf("QueryValidationError: startposition counts from 1, and maxresults is from 1 to %d", maxQueryRows),
		})
		return
	}
	records, err := q.records(entity)
	if err != nil {
		q.refuse(w, http.StatusInternalServerError, "")
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"QueryResponse": queryResponse(entity, s, s.run(records)), "time": q.clock()})
}

func findEntity(name string) (entity string, fields []string) {
	for entity, fields := range quickBooksEntities {
		if strings.EqualFold(entity, name) {
			return entity, fields
		}
	}
	return "", nil
}

// queryResponse cuts one page out of what was found. Without a row there is
// nothing in it at all: that is how QuickBooks says "none".
func queryResponse(entity string, s selection, found []record) map[string]any {
	if s.count {
		return map[string]any{"totalCount": len(found)}
	}
	limit, start := s.limit, max(1, s.offset)
	if limit < 0 {
		limit = defaultQueryRows
	}
	found = found[min(len(found), start-1):]
	found = found[:min(len(found), limit)]
	if len(found) == 0 {
		return map[string]any{}
	}
	if !slices.Equal(s.fields, []string{"*"}) {
		for i, r := range found {
			found[i] = r.only(s.fields)
		}
	}
	return map[string]any{entity: found, "startPosition": start, "maxResults": len(found)}
}

// only keeps the top-level members that the fields name.
func (r record) only(fields []string) record {
	kept := record{}
	for _, field := range fields {
		top, _, _ := strings.Cut(field, ".")
		if value, ok := r[top]; ok {
			kept[top] = value
		}
	}
	return kept
}

func (q *quickBooks) records(entity string) ([]record, error) {
	var values []any
	switch entity {
	case "Invoice":
		return q.books.selectable()
	case "Customer":
		for _, c := range q.books.customers {
			values = append(values, map[string]any{
				"Id": c.id, "SyncToken": "0", "DisplayName": c.name, "Active": true,
				"PrimaryEmailAddr": EmailAddress{c.email},
			})
		}
	case "Item":
		for _, item := range q.books.items {
			values = append(values, map[string]any{"Id": item.id, "SyncToken": "0", "Name": item.name, "Type": "Service", "Active": true})
		}
	case "CompanyInfo":
		values = []any{q.company()}
	}
	records := make([]record, 0, len(values))
	for _, value := range values {
		r, err := recordOf(value)
		if err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	return records, nil
}
