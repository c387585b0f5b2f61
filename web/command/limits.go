package command

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"redial/engine"
)

// limitNames are the limits of an execution as --limits names them, in the order of
// the documentation.
var limitNames = []struct {
	name string
	set  func(l, highest *engine.Limits, text string) error
}{
	{"steps", number(func(l *engine.Limits) *int { return &l.Steps })},
	{"rounds", number(func(l *engine.Limits) *int { return &l.Rounds })},
	{"total-rounds", number(func(l *engine.Limits) *int { return &l.TotalRounds })},
	{"attempts", number(func(l *engine.Limits) *int { return &l.Attempts })},
	{"output", size(func(l *engine.Limits) *int64 { return &l.Output })},
	{"outputs", size(func(l *engine.Limits) *int64 { return &l.Outputs })},
	{"nesting", number(func(l *engine.Limits) *int { return &l.Nesting })},
	{"time", length(func(l *engine.Limits) *time.Duration { return &l.Time })},
}

// parseLimits reads limits such as steps=500000,output=64MiB,time=48h.
func parseLimits(text string) (engine.Limits, error) {
	limits, highest := engine.DefaultLimits, engine.MaxLimits
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		if err := setLimit(&limits, &highest, strings.TrimSpace(name), strings.TrimSpace(value)); err != nil {
			return limits, usageError("--limits has %q; %v", part, err)
		}
	}
	return limits, nil
}

func setLimit(limits, highest *engine.Limits, name, value string) error {
	names := make([]string, len(limitNames))
	for i, limit := range limitNames {
		if limit.name == name {
			return limit.set(limits, highest, value)
		}
		names[i] = limit.name
	}
	return fmt.Errorf("the limits are %s", strings.Join(names, ", "))
}

func number(field func(*engine.Limits) *int) func(l, highest *engine.Limits, text string) error {
	return func(l, highest *engine.Limits, text string) error {
		n, err := strconv.Atoi(text)
		if most := *field(highest); err != nil || n < 1 || n > most {
			return fmt.Errorf("it is a number from 1 to %d", most)
		}
		*field(l) = n
		return nil
	}
}

func size(field func(*engine.Limits) *int64) func(l, highest *engine.Limits, text string) error {
	return func(l, highest *engine.Limits, text string) error {
		mib, isMiB := strings.CutSuffix(text, "MiB")
		n, err := strconv.ParseInt(strings.TrimSpace(mib), 10, 64)
		if most := *field(highest) >> 20; !isMiB || err != nil || n < 1 || n > most {
			return fmt.Errorf("it is a size from 1MiB to %dMiB", most)
		}
		*field(l) = n << 20
		return nil
	}
}

func length(field func(*engine.Limits) *time.Duration) func(l, highest *engine.Limits, text string) error {
	return func(l, highest *engine.Limits, text string) error {
		d, err := time.ParseDuration(text)
		if most := *field(highest); err != nil || d < time.Second || d > most {
			return fmt.Errorf("it is a time from 1s to %.0fh, such as 48h", most.Hours())
		}
		*field(l) = d
		return nil
	}
}
