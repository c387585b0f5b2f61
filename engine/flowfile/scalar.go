package flowfile

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"redial/engine/flow"
)

// The scalars of the core schema of YAML 1.2.2, section 10.3.2. Everything
// else, yes and 2024-01-31 among it, is text.
var (
	integerPattern  = regexp.MustCompile(`^[-+]?[0-9]+$`)
	basedPattern    = regexp.MustCompile(`^0(o[0-7]+|x[0-9a-fA-F]+)$`)
	floatPattern    = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
	infinitePattern = regexp.MustCompile(`^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$`)
)

// resolve gives the value of a plain YAML scalar.
func resolve(text string) (any, error) {
	switch text {
	case "", "~", "null", "Null", "NULL":
		return nil, nil
	case "true", "True", "TRUE":
		return true, nil
	case "false", "False", "FALSE":
		return false, nil
	}
	switch c := text[0]; {
	case c != '-' && c != '+' && c != '.' && (c < '0' || c > '9'):
		return text, nil
	case infinitePattern.MatchString(text):
		return nil, fmt.Errorf("%s is not a number that JSON knows; leave it out, or put it in quotes", text)
	case basedPattern.MatchString(text):
		n, err := strconv.ParseInt(text, 0, 64)
		if err != nil {
			return nil, fmt.Errorf("the number %s does not fit into 64 bits", shorten(text))
		}
		return n, nil
	case integerPattern.MatchString(text), floatPattern.MatchString(text):
		return flow.ParseNumber(strings.TrimPrefix(text, "+"))
	}
	return text, nil
}

const inexactMessage = "the integer %s does not fit into 64 bits and loses digits; put it in quotes to keep them"

// isInexact tells integers that became doubles.
func isInexact(text string, value any) bool {
	_, isFloat := value.(float64)
	return isFloat && integerPattern.MatchString(text)
}

// hasLeadingZero tells article numbers, postcodes and the like that lost their
// zero.
func hasLeadingZero(text string, value any) bool {
	_, isInteger := value.(int64)
	return isInteger && len(text) > 1 && text[0] == '0' && text[1] != 'o' && text[1] != 'x'
}
