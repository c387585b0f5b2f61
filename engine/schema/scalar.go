package schema

import (
	"unicode/utf8"
)

func (c *check) text(n *node, text string) bool {
	ok := true
	if n.minLength != nil || n.maxLength != nil {
		ok = c.length(n, text)
	}
	if n.pattern != nil && c.goOn(ok) && !c.matches(n.pattern, text) {
		ok = c.fault("must match the pattern " + shorten(n.pattern.String()))
	}
	if n.format != nil && c.goOn(ok) {
		c.spend(len(text) / 64)
		if n.format.Validate(text) != nil {
			ok = c.fault("must be " + formatName(n.format.Name))
		}
	}
	return ok
}

// length counts characters, not bytes.
func (c *check) length(n *node, text string) bool {
	c.spend(len(text) / 64)
	length := utf8.RuneCountInString(text)
	switch {
	case n.minLength != nil && length < *n.minLength && length == 0:
		return c.fault("must not be empty")
	case n.minLength != nil && length < *n.minLength:
		return c.faultHaving("must have at least "+counted(*n.minLength, "character"), length)
	case n.maxLength != nil && length > *n.maxLength:
		return c.faultHaving("must have at most "+counted(*n.maxLength, "character"), length)
	default:
		return true
	}
}

// matches charges what RE2 may cost at worst: the size of the pattern for
// every byte of the text.
func (c *check) matches(p *pattern, text string) bool {
	cost := len(text) * p.size / 16
	if c.spend(cost); c.steps <= 0 {
		return false
	}
	return p.MatchString(text)
}

func (c *check) number(n *node, value any) bool {
	ok := true
	rule := func(bound *number, broken bool, text string) {
		if broken && c.goOn(ok) {
			must := "must be " + text + " " + bound.String()
			ok = c.faultOf(must, must+", is "+shown(value))
		}
	}
	if n.minimum != nil {
		rule(n.minimum, n.minimum.compare(value) < 0, "at least")
	}
	if n.maximum != nil {
		rule(n.maximum, n.maximum.compare(value) > 0, "at most")
	}
	if n.above != nil {
		rule(n.above, n.above.compare(value) <= 0, "more than")
	}
	if n.below != nil {
		rule(n.below, n.below.compare(value) >= 0, "less than")
	}
	if n.factor != nil {
		rule(n.factor, !n.factor.divides(value), "a multiple of")
	}
	return ok
}

// formatName says in words what a format asks for.
func formatName(format string) string {
	if words, ok := formatNames[format]; ok {
		return words
	}
	return "in the format " + format
}

var formatNames = map[string]string{
	"date":                  "a date such as 2026-01-31",
	"time":                  "a time with its zone, such as 09:30:00Z",
	"date-time":             "a date and time such as 2026-01-31T09:30:00Z",
	"duration":              "a duration such as P1DT12H",
	"email":                 "an email address",
	"mailbox":               "an email address, or Name <address>",
	"hostname":              "a host name",
	"ipv4":                  "an IPv4 address",
	"ipv6":                  "an IPv6 address",
	"uri":                   "an absolute URL",
	"uri-reference":         "a URL",
	"uuid":                  "a UUID",
	"json-pointer":          "a JSON Pointer",
	"relative-json-pointer": "a relative JSON Pointer",
	"regex":                 "a regular expression",
}
