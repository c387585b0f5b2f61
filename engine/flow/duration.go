package flow

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Duration is a span of time that is written as text: "500ms", "25s", "1h30m"
// or whole days, "2d".
type Duration time.Duration

// MaxDuration is the longest span a flow file may name: ten years.
const MaxDuration = Duration(3653 * 24 * time.Hour)

// ParseDuration reads a duration. A negative one or one over MaxDuration is an
// error.
func ParseDuration(text string) (Duration, error) {
	d, err := parseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a duration; write it like 500ms, 25s, 2m, 1h30m or 2d", text)
	}
	if d < 0 || Duration(d) > MaxDuration {
		return 0, fmt.Errorf("the duration %s is out of range; it must be between 0s and 3653d", text)
	}
	return Duration(d), nil
}

func parseDuration(text string) (time.Duration, error) {
	if days, found := strings.CutSuffix(text, "d"); found {
		n, err := strconv.ParseUint(days, 10, 16)
		return time.Duration(n) * 24 * time.Hour, err
	}
	return time.ParseDuration(text)
}

// String is the shortest way to write the duration: "25s", "15m", "2d".
func (d Duration) String() string {
	const day = Duration(24 * time.Hour)
	if d != 0 && d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	text := time.Duration(d).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// MarshalText writes the duration as String does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDuration reads.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := ParseDuration(string(text))
	*d = parsed
	return err
}
