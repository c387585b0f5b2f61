package simulated

import (
	"bytes"
	"errors"

	"github.com/shopspring/decimal"
)

// Amount is an exact decimal number that is a plain number in JSON.
type Amount struct{ value decimal.Decimal }

// Bounds of an amount: an exponent beyond them would make exact arithmetic
// allocate without limit ("1e999999999" is a valid JSON number).
const (
	maxAmountText     = 32
	maxAmountExponent = 12
)

var errAmount = errors.New("not a number of at most 32 characters between -1e12 and 1e12")

// NewAmount returns the amount of a number of cents.
func NewAmount(cents int64) Amount { return Amount{decimal.New(cents, -2)} }

// String returns the amount with at least two decimals, such as 12.50.
func (a Amount) String() string {
	return a.value.StringFixed(max(2, -a.value.Exponent()))
}

// Plus returns a + b.
func (a Amount) Plus(b Amount) Amount { return Amount{a.value.Add(b.value)} }

// Times returns a * n.
func (a Amount) Times(b Amount) Amount { return Amount{a.value.Mul(b.value)} }

// Count returns the whole number n as an amount.
func Count(n int64) Amount { return Amount{decimal.NewFromInt(n)} }

// Negated returns -a.
func (a Amount) Negated() Amount { return Amount{a.value.Neg()} }

// Equal reports whether both are the same number, however they are written.
func (a Amount) Equal(b Amount) bool { return a.value.Equal(b.value) }

// Negative reports whether a is below zero.
func (a Amount) Negative() bool { return a.value.IsNegative() }

// MarshalJSON writes a plain number without an exponent.
func (a Amount) MarshalJSON() ([]byte, error) { return []byte(a.value.String()), nil }

// UnmarshalJSON takes a number; a number in quotes is refused.
func (a *Amount) UnmarshalJSON(text []byte) error {
	if bytes.Equal(text, []byte("null")) {
		return nil
	}
	if len(text) > maxAmountText || len(text) == 0 || text[0] == '"' {
		return errAmount
	}
	value, err := decimal.NewFromString(string(text))
	if err != nil || value.Exponent() > maxAmountExponent || value.Exponent() < -maxAmountExponent ||
		value.Abs().GreaterThan(decimal.New(1, maxAmountExponent)) {
		return errAmount
	}
	a.value = value
	return nil
}
