package simulated

import (
	"net/http"
	"slices"
)

// shownInvoices is how many invoices the page lists.
const shownInvoices = 100

func (s *Services) booksPage(w http.ResponseWriter, r *http.Request) {
	invoices := s.quickBooks.books.list()
	slices.Reverse(invoices)
	render(w, r, booksPage(invoices[:min(len(invoices), shownInvoices)])) //nolint:contextcheck // templ hands the context on when it renders
}
