package retention

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// Bounds of a policy. What callers rely on is kept whatever it says; these leave a
// day more, so that whoever looks after a call of yesterday finds it.
const (
	LeastCalls = 2 * day
	LeastTests = day
	Longest    = 36500 * day
)

// Policy says how long executions are kept after their end. 0 is for ever.
type Policy struct {
	// Calls are executions that callers have started, and what these have started.
	Calls time.Duration
	// Tests are those of tests. They are never kept longer than calls unless the
	// policy was given so.
	Tests time.Duration
}

// Usual is the policy where none is given: the month within which people ask what
// became of a call, and the week in which a test is of use.
var Usual = Policy{Calls: 30 * day, Tests: 7 * day}

// Parse reads a policy such as 90d, or 90d,tests=36h, or off. An error is for people
// and says what is wrong; empty is Usual.
func Parse(text string) (Policy, error) {
	policy := Usual
	named := false // tests are
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		value, tests := strings.CutPrefix(part, "tests=")
		var err error
		switch {
		case part == "":
		case tests:
			named = true
			policy.Tests, err = parseAge(value, LeastTests)
		default:
			policy.Calls, err = parseAge(part, LeastCalls)
		}
		if err != nil {
			return policy, fmt.Errorf("%q: %w", part, err)
		}
	}
	switch {
	case named || policy.Calls >= policy.Tests:
	default:
		policy.Tests = policy.Calls // off, or shorter
	}
	return policy, nil
}

var errAge = errors.New("it is a time in days or hours such as 30d or 72h, with tests=7d beside it, or off")

// parseAge reads a number of days or hours, or off, which is 0.
func parseAge(text string, least time.Duration) (time.Duration, error) {
	if text == "off" {
		return 0, nil
	}
	unit := day
	number, ok := strings.CutSuffix(text, "d")
	if !ok {
		unit = time.Hour
		if number, ok = strings.CutSuffix(text, "h"); !ok {
			return 0, errAge
		}
	}
	n, err := strconv.ParseUint(number, 10, 32)
	if err != nil {
		return 0, errAge
	}
	if n > uint64(Longest/unit) {
		return 0, fmt.Errorf("it is at most %s", Text(Longest))
	}
	age := time.Duration(n) * unit
	if age < least {
		return 0, fmt.Errorf("it is at least %s, because what callers are promised is kept that long", Text(least))
	}
	return age, nil
}

// Text is an age as people write it.
func Text(age time.Duration) string {
	switch {
	case age == 0:
		return "off"
	case age%day == 0:
		return strconv.Itoa(int(age/day)) + "d"
	default:
		return strconv.Itoa(int(age/time.Hour)) + "h"
	}
}
