package expression

import (
	"math"
	"strings"
	"sync"
	"unicode"

	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// numberPattern is a pattern such as "#,##0.00 €" (the number patterns of
// Unicode TR 35, without exponents and paddings).
type numberPattern struct {
	prefix, suffix string
	// least and the two fractions are digits that always show, and those that
	// show at most after the point.
	least, leastFraction, mostFraction int
	// group is the size of the last group of digits, groups of those before;
	// 0 does not group.
	group, groups int
	percent       bool
}

const maxNumberPattern = 100

func formatNumber(r *run, a []any) (any, error) {
	p, err := parseNumberPattern(a[1].(string))
	if err != nil {
		return nil, err
	}
	locale, _ := a[2].(string)
	symbols, err := r.symbols(locale)
	if err != nil {
		return nil, err
	}
	d, err := decimalOf(a[0])
	if err != nil {
		return nil, err
	}
	if p.percent {
		d = d.Shift(2)
	}
	if err := r.grow(1000); err != nil {
		return nil, err
	}
	return p.format(d, symbols), nil
}

// decimalOf is the decimal that a number prints as.
func decimalOf(v any) (decimal.Decimal, error) {
	switch v := v.(type) {
	case int64:
		return decimal.NewFromInt(v), nil
	case amount:
		return v.d, nil
	default:
		f := toFloat(v)
		if math.IsInf(f, 0) || math.IsNaN(f) {
			return decimal.Decimal{}, errorf(CodeValue, "this is not a number that can be written")
		}
		return decimal.NewFromFloat(f), nil
	}
}

func parseNumberPattern(pattern string) (numberPattern, error) {
	wrong := func() (numberPattern, error) {
		return numberPattern{}, errorf(CodeValue, "%s is not a pattern for numbers; one is #,##0.00", describe(pattern))
	}
	if len(pattern) > maxNumberPattern {
		return wrong()
	}
	isDigit := func(c rune) bool { return c == '#' || c == '0' || c == ',' || c == '.' }
	from, to := quotedIndex(pattern, isDigit)
	if from < 0 {
		return wrong()
	}
	var p numberPattern
	p.prefix, p.suffix = unquote(pattern[:from]), unquote(pattern[to:])
	p.percent = strings.Contains(p.prefix+p.suffix, "%")
	whole, fraction, point := strings.Cut(pattern[from:to], ".")
	if strings.ContainsAny(fraction, ".,") || (point && strings.Contains(fraction, "#0")) || strings.Contains(strings.ReplaceAll(whole, ",", ""), "0#") {
		return wrong()
	}
	p.least = strings.Count(whole, "0")
	p.leastFraction, p.mostFraction = strings.Count(fraction, "0"), len(fraction)
	if i := strings.LastIndexByte(whole, ','); i >= 0 {
		p.group = len(whole) - i - 1
		p.groups = p.group
		if j := strings.LastIndexByte(whole[:i], ','); j >= 0 {
			p.groups = i - j - 1
		}
		if p.group == 0 || p.groups == 0 {
			return wrong()
		}
	}
	return p, nil
}

// quotedIndex is the range of the digits in a pattern: from the first to the
// end of their run, outside of '…'.
func quotedIndex(pattern string, isDigit func(rune) bool) (from, to int) {
	from, quoted := -1, false
	for i, c := range pattern {
		switch {
		case c == '\'':
			quoted = !quoted
		case !quoted && isDigit(c) && from < 0:
			from = i
		}
		if from >= 0 && (quoted || !isDigit(c)) {
			return from, i
		}
	}
	return from, len(pattern)
}

// unquote takes the quotes off: 'x' is x, ” is one quote.
func unquote(s string) string {
	s = strings.ReplaceAll(s, "''", "\x00")
	return strings.ReplaceAll(strings.ReplaceAll(s, "'", ""), "\x00", "'")
}

func (p numberPattern) format(d decimal.Decimal, s symbols) string {
	digits := d.Abs().Round(int32(p.mostFraction))
	whole, fraction, _ := strings.Cut(digits.StringFixed(int32(p.mostFraction)), ".")
	fraction = fraction[:max(p.leastFraction, len(strings.TrimRight(fraction, "0")))]
	if whole == "0" && p.least == 0 && fraction != "" {
		whole = ""
	}
	if n := p.least - len(whole); n > 0 {
		whole = strings.Repeat("0", n) + whole
	}
	var b strings.Builder
	if d.IsNegative() && !digits.IsZero() {
		b.WriteString(s.minus)
	}
	b.WriteString(p.prefix)
	b.WriteString(p.grouped(whole, s.group))
	if fraction != "" {
		b.WriteString(s.point)
		b.WriteString(fraction)
	}
	b.WriteString(p.suffix)
	return b.String()
}

func (p numberPattern) grouped(whole, separator string) string {
	if p.group == 0 || len(whole) <= p.group {
		return whole
	}
	head, tail := whole[:len(whole)-p.group], whole[len(whole)-p.group:]
	groups := []string{tail}
	for len(head) > p.groups {
		groups = append(groups, head[len(head)-p.groups:])
		head = head[:len(head)-p.groups]
	}
	groups = append(groups, head)
	var b strings.Builder
	for i := len(groups) - 1; i >= 0; i-- {
		b.WriteString(groups[i])
		if i > 0 {
			b.WriteString(separator)
		}
	}
	return b.String()
}

// symbols are what a locale writes into numbers.
type symbols struct{ point, group, minus string }

var english = symbols{point: ".", group: ",", minus: "-"}

// locales keeps the symbols of locales that were asked for. It is bounded, as
// locales may come from data.
var locales = struct {
	sync.Mutex
	known map[string]symbols
}{known: map[string]symbols{}}

const (
	maxLocales    = 500
	maxLocaleText = 40
)

// localeSteps is the work of reading a locale's data.
const localeSteps = 2000

func (r *run) symbols(locale string) (symbols, error) {
	if locale == "" || locale == "en" {
		return english, nil
	}
	if len(locale) > maxLocaleText {
		return symbols{}, errorf(CodeValue, "%s is not a locale; locales are written like de or en-GB", describe(locale))
	}
	locales.Lock()
	defer locales.Unlock()
	if s, ok := locales.known[locale]; ok {
		return s, nil
	}
	tag, err := language.Parse(locale)
	if err != nil {
		return symbols{}, errorf(CodeValue, "%s is not a locale; locales are written like de or en-GB", describe(locale))
	}
	if err := r.work(localeSteps); err != nil {
		return symbols{}, err
	}
	s := readSymbols(tag)
	if len(locales.known) < maxLocales {
		locales.known[strings.Clone(locale)] = s
	}
	return s, nil
}

// readSymbols takes the symbols from a number that the locale's data wrote.
func readSymbols(tag language.Tag) symbols {
	if latin, err := tag.SetTypeForKey("nu", "latn"); err == nil {
		tag = latin
	}
	sample := message.NewPrinter(tag).Sprint(number.Decimal(-12345678.5, number.MaxFractionDigits(1)))
	between := strings.FieldsFunc(sample, unicode.IsDigit)
	s := english
	if len(between) == 0 {
		return s
	}
	if first := []rune(sample)[0]; !unicode.IsDigit(first) {
		between = between[1:]
	}
	if n := len(between); n > 0 {
		s.point = between[n-1]
		if n > 1 {
			s.group = between[0]
		}
	}
	return s
}
