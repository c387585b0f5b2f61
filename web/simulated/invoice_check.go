package simulated

import (
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"
)

// maxInvoiceLines bounds an invoice; QuickBooks takes about as many.
const maxInvoiceLines = 750

// check says what QuickBooks would find wrong with an invoice.
func (n *NewInvoice) check(b *books) *quickBooksError {
	if n.CustomerRef == nil || n.CustomerRef.Value == "" {
		return requiredMissing("CustomerRef")
	}
	if b.customer(n.CustomerRef.Value) == "" {
		return invalidReference("CustomerRef", "Customers element id "+clip(n.CustomerRef.Value, 40)+" not found")
	}
	if len(n.Line) == 0 {
		return requiredMissing("Line")
	}
	if len(n.Line) > maxInvoiceLines {
		return tooLong("Line", maxInvoiceLines, len(n.Line))
	}
	for i := range n.Line {
		if fault := n.Line[i].check(b); fault != nil {
			return fault
		}
	}
	if fault := n.checkTexts(); fault != nil {
		return fault
	}
	return n.checkEmails()
}

func (n *NewInvoice) checkTexts() *quickBooksError {
	for _, text := range []struct {
		element, value string
		limit          int
	}{
		{"DocNumber", n.DocNumber, 21},
		{"PrivateNote", n.PrivateNote, 4000},
		{"TrackingNum", n.TrackingNum, 31},
	} {
		if length := utf8.RuneCountInString(text.value); length > text.limit {
			return tooLong(text.element, text.limit, length)
		}
	}
	if n.CustomerMemo != nil && utf8.RuneCountInString(n.CustomerMemo.Value) > 1000 {
		return tooLong("CustomerMemo", 1000, utf8.RuneCountInString(n.CustomerMemo.Value))
	}
	for _, date := range []struct{ element, value string }{
		{"TxnDate", n.TxnDate}, {"DueDate", n.DueDate}, {"ShipDate", n.ShipDate},
	} {
		if _, err := time.Parse(time.DateOnly, date.value); date.value != "" && err != nil {
			return &quickBooksError{
				Message: "Invalid Date", Code: "2080", Element: date.element,
				Detail: "Date must be of the form 2026-01-31. Supplied value: " + clip(date.value, 40),
			}
		}
	}
	return nil
}

func (n *NewInvoice) checkEmails() *quickBooksError {
	for _, email := range []struct {
		element string
		value   *EmailAddress
	}{
		{"BillEmail", n.BillEmail}, {"BillEmailCc", n.BillEmailCc}, {"BillEmailBcc", n.BillEmailBcc},
	} {
		if email.value == nil {
			continue
		}
		for address := range strings.SplitSeq(email.value.Address, ",") {
			if _, err := mail.ParseAddress(address); err != nil || len(address) > 100 {
				return &quickBooksError{
					Message: "Email Address does not conform to the RFC 822 Standard", Code: "2210", Element: email.element,
					Detail: "Supplied value: " + clip(address, 100),
				}
			}
		}
	}
	return nil
}

func (l *InvoiceLine) check(b *books) *quickBooksError {
	switch l.DetailType {
	case "":
		return requiredMissing("Line.DetailType")
	case "SalesItemLineDetail":
		return l.checkSale(b)
	case "DiscountLineDetail":
		if l.Amount == nil {
			return requiredMissing("Line.Amount")
		}
	case "SubTotalLineDetail", "DescriptionOnly":
	default:
		return &quickBooksError{
			Message: "Invalid Enumeration", Code: "2030", Element: "Line.DetailType",
			Detail: "DetailType must be SalesItemLineDetail, DiscountLineDetail, SubTotalLineDetail or DescriptionOnly. Supplied value: " + clip(l.DetailType, 40),
		}
	}
	return nil
}

func (l *InvoiceLine) checkSale(b *books) *quickBooksError {
	if l.Amount == nil {
		return requiredMissing("Line.Amount")
	}
	sale := l.SalesItemLineDetail
	if sale == nil {
		return requiredMissing("Line.SalesItemLineDetail")
	}
	if sale.ItemRef != nil && b.item(sale.ItemRef.Value) == "" {
		return invalidReference("ItemRef", "Items element id "+clip(sale.ItemRef.Value, 40)+" not found")
	}
	if sale.Qty != nil && sale.UnitPrice != nil && !sale.UnitPrice.Times(*sale.Qty).Equal(*l.Amount) {
		return &quickBooksError{
			Message: "Amount calculation incorrect in the request.", Code: "6070", Element: "Line.Amount",
			Detail: "Amount calculation incorrect in the request. Amount is not equal to UnitPrice * Qty. Supplied value:" + l.Amount.String(),
		}
	}
	return nil
}

// total adds the lines up; subtotals and plain texts do not count.
func (n *NewInvoice) total() Amount {
	var sum Amount
	for _, line := range n.Line {
		switch {
		case line.Amount == nil:
		case line.DetailType == "SalesItemLineDetail":
			sum = sum.Plus(*line.Amount)
		case line.DetailType == "DiscountLineDetail":
			sum = sum.Plus(line.Amount.Negated())
		}
	}
	return sum
}

func requiredMissing(element string) *quickBooksError {
	return &quickBooksError{
		Message: "Required param missing, need to supply the required value for the API", Code: "2020", Element: element,
		Detail: "Required parameter " + element + " is missing in the request",
	}
}

func invalidReference(element, detail string) *quickBooksError {
	return &quickBooksError{Message: "Invalid Reference Id", Code: "2500", Element: element, Detail: "Invalid Reference Id : " + detail}
}

func tooLong(element string, limit, length int) *quickBooksError {
	return &quickBooksError{
		Message: "String length is either shorter or longer than supported by specification", Code: "2050", Element: element,
		Detail: fmt.Sprintf("String length specified does not match the supported length. Min:0 Max:%d supported. Supplied length:%d", limit, length),
	}
}
