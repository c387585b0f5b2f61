package ui

import (
	"fmt"
	"time"
)

// How pages write points of time before a script says them where the viewer is:
// see static/times.js.
const (
	ExactForm   = "2 Jan 2006, 15:04:05 UTC"
	DayForm     = "2 Jan, 15:04"
	SecondsForm = "15:04:05.000"
)

// Span is a span of time as people read it. Scripts write it in the same form.
func Span(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "< 1 ms"
	case d.Round(time.Millisecond) < time.Second:
		return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
	case d < 9950*time.Millisecond:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	seconds := int(d.Round(time.Second).Seconds())
	minutes, hours := seconds/60, seconds/3600
	switch {
	case minutes == 0:
		return fmt.Sprintf("%d s", seconds)
	case hours == 0:
		return fmt.Sprintf("%d min %d s", minutes, seconds%60)
	case hours < 24:
		return fmt.Sprintf("%d h %d min", hours, minutes%60)
	default:
		return fmt.Sprintf("%d d %d h", hours/24, hours%24)
	}
}

// DurationText is a span in milliseconds as people read it.
func DurationText(ms float64) string { return Span(time.Duration(ms * float64(time.Millisecond))) }
