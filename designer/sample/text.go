package sample

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// formats are samples of the formats of JSON Schema.
var formats = map[string]string{
	"date":          "2026-01-31",
	"date-time":     "2026-01-31T09:30:00Z",
	"time":          "09:30:00Z",
	"duration":      "PT15M",
	"email":         "ada@example.com",
	"idn-email":     "ada@example.com",
	"hostname":      "example.com",
	"ipv4":          "192.0.2.1",
	"ipv6":          "2001:db8::1",
	"uri":           "https://example.com/",
	"uri-reference": "/orders/1",
	"iri":           "https://example.com/",
	"uuid":          "4b1c9a3e-7f5d-4c1e-9a65-2f8f6f1f0c11",
	"json-pointer":  "/orders/0",
	"regex":         "^[a-z]+$",
}

// named are samples by what a field's name ends with, the longer names first.
var named = []struct{ ending, sample string }{
	{"email", "ada@example.com"}, {"mail", "ada@example.com"},
	{"phone", "+1 555 0100"}, {"currency", "EUR"}, {"country", "DE"}, {"city", "Berlin"}, {"zip", "10115"},
	{"postcode", "10115"}, {"street", "Main Street 1"}, {"company", "Acme"},
	{"customer", "Ada Lovelace"}, {"sku", "A-100"}, {"url", "https://example.com/"}, {"website", "https://example.com/"},
	{"date", "2026-01-31"}, {"time", "2026-01-31T09:30:00Z"}, {"orderid", "1001"}, {"order_id", "1001"}, {"id", "1001"},
	{"name", "Example"}, {"subject", "Hello"}, {"message", "Hello"}, {"text", "Hello"},
}

// text is a text that fits; s may be nil.
func text(s keywords, name string) string {
	low, high := int(s.number("minLength", 0)), int(s.number("maxLength", 1<<20))
	pattern, err := regexp.Compile(s.text("pattern"))
	fits := func(candidate string) bool {
		length := utf8.RuneCountInString(candidate)
		return length >= low && length <= high && (err != nil || pattern.MatchString(candidate))
	}
	for _, candidate := range candidates(s, name) {
		if fits(candidate) {
			return candidate
		}
	}
	if err == nil && s.text("pattern") != "" {
		if made := matching(s.text("pattern")); fits(made) {
			return made
		}
	}
	filled := name
	if filled == "" {
		filled = "text"
	}
	filled += strings.Repeat("x", min(max(0, low-utf8.RuneCountInString(filled)), 1000))
	return string([]rune(filled)[:min(high, utf8.RuneCountInString(filled))])
}

func candidates(s keywords, name string) []string {
	var found []string
	if sample, ok := formats[s.text("format")]; ok {
		found = append(found, sample)
	}
	lower := strings.ToLower(name)
	for _, n := range named {
		if strings.HasSuffix(lower, n.ending) {
			found = append(found, n.sample)
			break
		}
	}
	if name != "" {
		found = append(found, name)
	}
	return append(found, "text", "A-100", "1001", "1")
}

// matching is a short text that a pattern finds, or nearly so: conditions such
// as word boundaries are not looked at.
func matching(pattern string) string {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return ""
	}
	var b strings.Builder
	write(&b, parsed.Simplify(), 0)
	return b.String()
}

// maxMatching bounds what is made for a pattern, in bytes.
const maxMatching = 1000

func write(b *strings.Builder, r *syntax.Regexp, depth int) {
	if b.Len() > maxMatching || depth > 100 {
		return
	}
	switch r.Op {
	case syntax.OpLiteral:
		b.WriteString(string(r.Rune))
	case syntax.OpCharClass:
		b.WriteRune(character(r.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('a')
	case syntax.OpAlternate, syntax.OpCapture, syntax.OpPlus:
		write(b, r.Sub[0], depth+1)
	case syntax.OpConcat:
		for _, part := range r.Sub {
			write(b, part, depth+1)
		}
	case syntax.OpRepeat:
		for range r.Min {
			write(b, r.Sub[0], depth+1)
		}
	default: // nothing, or as often as not at all
	}
}

// character is the plainest of a class, which is given as pairs of first and
// last.
func character(class []rune) rune {
	for _, wanted := range "aA1 -_." {
		for i := 0; i+1 < len(class); i += 2 {
			if class[i] <= wanted && wanted <= class[i+1] {
				return wanted
			}
		}
	}
	if len(class) == 0 {
		return 'a'
	}
	return class[0]
}
