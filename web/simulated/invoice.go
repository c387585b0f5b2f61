package simulated

import "time"

// Ref points at another object of QuickBooks.
type Ref struct {
	Value string `json:"value"`
	Name  string `json:"name,omitempty"`
}

// EmailAddress is an address, or several with commas between them.
type EmailAddress struct {
	Address string `json:"Address"`
}

// Memo is a text to the customer.
type Memo struct {
	Value string `json:"value"`
}

// PostalAddress is a billing or shipping address.
type PostalAddress struct {
	ID                     string `json:"Id,omitempty"`
	Line1                  string `json:"Line1,omitempty"`
	Line2                  string `json:"Line2,omitempty"`
	Line3                  string `json:"Line3,omitempty"`
	Line4                  string `json:"Line4,omitempty"`
	Line5                  string `json:"Line5,omitempty"`
	City                   string `json:"City,omitempty"`
	CountrySubDivisionCode string `json:"CountrySubDivisionCode,omitempty"`
	PostalCode             string `json:"PostalCode,omitempty"`
	Country                string `json:"Country,omitempty"`
}

// CustomField is one of a company's own fields.
type CustomField struct {
	DefinitionID string `json:"DefinitionId"`
	Name         string `json:"Name,omitempty"`
	Type         string `json:"Type,omitempty"`
	StringValue  string `json:"StringValue,omitempty"`
}

// InvoiceLine is one line of an invoice.
type InvoiceLine struct {
	ID                  string          `json:"Id,omitempty"`
	LineNum             int             `json:"LineNum,omitempty"`
	Description         string          `json:"Description,omitempty"`
	Amount              *Amount         `json:"Amount,omitempty"`
	DetailType          string          `json:"DetailType"`
	SalesItemLineDetail *SalesItem      `json:"SalesItemLineDetail,omitempty"`
	DiscountLineDetail  *Discount       `json:"DiscountLineDetail,omitempty"`
	SubTotalLineDetail  *struct{}       `json:"SubTotalLineDetail,omitempty"`
	DescriptionOnly     *DescriptionRow `json:"DescriptionLineDetail,omitempty"`
}

// SalesItem says what was sold on a line.
type SalesItem struct {
	ItemRef     *Ref    `json:"ItemRef,omitempty"`
	Qty         *Amount `json:"Qty,omitempty"`
	UnitPrice   *Amount `json:"UnitPrice,omitempty"`
	ServiceDate string  `json:"ServiceDate,omitempty"`
	ClassRef    *Ref    `json:"ClassRef,omitempty"`
	TaxCodeRef  *Ref    `json:"TaxCodeRef,omitempty"`
}

// Discount says how a discount line comes about.
type Discount struct {
	PercentBased       bool    `json:"PercentBased,omitempty"`
	DiscountPercent    *Amount `json:"DiscountPercent,omitempty"`
	DiscountAccountRef *Ref    `json:"DiscountAccountRef,omitempty"`
}

// DescriptionRow is the detail of a line that is text alone.
type DescriptionRow struct {
	ServiceDate string `json:"ServiceDate,omitempty"`
	TaxCodeRef  *Ref   `json:"TaxCodeRef,omitempty"`
}

// NewInvoice is what a caller sends to create an invoice.
type NewInvoice struct {
	CustomerRef         *Ref           `json:"CustomerRef,omitempty"`
	Line                []InvoiceLine  `json:"Line"`
	DocNumber           string         `json:"DocNumber,omitempty"`
	TxnDate             string         `json:"TxnDate,omitempty"`
	DueDate             string         `json:"DueDate,omitempty"`
	ShipDate            string         `json:"ShipDate,omitempty"`
	TrackingNum         string         `json:"TrackingNum,omitempty"`
	SalesTermRef        *Ref           `json:"SalesTermRef,omitempty"`
	ShipMethodRef       *Ref           `json:"ShipMethodRef,omitempty"`
	ClassRef            *Ref           `json:"ClassRef,omitempty"`
	DepartmentRef       *Ref           `json:"DepartmentRef,omitempty"`
	CurrencyRef         *Ref           `json:"CurrencyRef,omitempty"`
	BillEmail           *EmailAddress  `json:"BillEmail,omitempty"`
	BillEmailCc         *EmailAddress  `json:"BillEmailCc,omitempty"`
	BillEmailBcc        *EmailAddress  `json:"BillEmailBcc,omitempty"`
	BillAddr            *PostalAddress `json:"BillAddr,omitempty"`
	ShipAddr            *PostalAddress `json:"ShipAddr,omitempty"`
	CustomerMemo        *Memo          `json:"CustomerMemo,omitempty"`
	PrivateNote         string         `json:"PrivateNote,omitempty"`
	CustomField         []CustomField  `json:"CustomField,omitempty"`
	EmailStatus         string         `json:"EmailStatus,omitempty"`
	PrintStatus         string         `json:"PrintStatus,omitempty"`
	AllowOnlineACH      bool           `json:"AllowOnlineACHPayment,omitempty"`
	AllowOnlineCard     bool           `json:"AllowOnlineCreditCardPayment,omitempty"`
	ApplyTaxAfterDisc   bool           `json:"ApplyTaxAfterDiscount,omitempty"`
	GlobalTaxCalculated string         `json:"GlobalTaxCalculation,omitempty"`
}

// Invoice is an invoice as QuickBooks keeps it.
type Invoice struct {
	ID        string `json:"Id"`
	SyncToken string `json:"SyncToken"`
	NewInvoice
	TotalAmt Amount   `json:"TotalAmt"`
	Balance  Amount   `json:"Balance"`
	MetaData MetaData `json:"MetaData"`
}

// MetaData says when an object was made and last changed.
type MetaData struct {
	CreateTime      time.Time `json:"CreateTime"`
	LastUpdatedTime time.Time `json:"LastUpdatedTime"`
}
