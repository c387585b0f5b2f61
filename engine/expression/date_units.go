package expression

import (
	"math"
	"strings"
	"time"
)

// dateUnit is a unit that dates are counted in.
type dateUnit struct {
	plural string
	// months and days are calendar units; fixed is a length of time.
	months, days          int
	fixed                 time.Duration
	help, example, result string
}

var dateUnits = []dateUnit{
	{plural: "Years", months: 12, help: "The date so many years later; 29 February becomes the 28th where there is none.", example: `addYears("2024-02-29", 1)`, result: `"2025-02-28"`},
	{plural: "Months", months: 1, help: "The date so many months later; a day that the month does not have becomes its last one.", example: `addMonths("2026-01-31", 1)`, result: `"2026-02-28"`},
	{plural: "Weeks", days: 7, help: "The date so many weeks later.", example: `addWeeks("2026-03-07", -1)`, result: `"2026-02-28"`},
	{plural: "Days", days: 1, help: "The date so many days later, at the same time of day.", example: `addDays("2026-03-07T21:05:00Z", 30)`, result: `"2026-04-06T21:05:00Z"`},
	{plural: "Hours", fixed: time.Hour, help: "The moment so many hours later. A date without time begins at midnight UTC.", example: `addHours("2026-03-07T21:05:00Z", 1.5)`, result: `"2026-03-07T22:35:00Z"`},
	{plural: "Minutes", fixed: time.Minute, help: "The moment so many minutes later.", example: `addMinutes("2026-03-07T21:05:00Z", -10)`, result: `"2026-03-07T20:55:00Z"`},
	{plural: "Seconds", fixed: time.Second, help: "The moment so many seconds later.", example: `addSeconds("2026-03-07T21:05:00Z", 0.5)`, result: `"2026-03-07T21:05:00.5Z"`},
}

// unitByName reads "day" and "days".
func unitByName(v any) (dateUnit, string, error) {
	name := strings.TrimSuffix(strings.ToLower(clip(v.(string), maxText)), "s")
	for _, u := range dateUnits {
		if strings.ToLower(u.plural) == name+"s" {
			return u, name, nil
		}
	}
	switch name {
	case "quarter":
		return dateUnit{plural: "Quarters", months: 3}, name, nil
	case "millisecond":
		return dateUnit{plural: "Milliseconds", fixed: time.Millisecond}, name, nil
	}
	return dateUnit{}, "", errorf(CodeValue, "there is no unit %s; there are years, quarters, months, weeks, days, hours, minutes, seconds and milliseconds", describe(v))
}

// maxYears bounds how far a date can be moved, so that nothing overflows.
const maxYears = 20_000

func adder(u dateUnit) func(*run, []any) (any, error) {
	return func(_ *run, a []any) (any, error) {
		m, err := readMoment(a[0])
		if err != nil {
			return nil, err
		}
		if u.fixed != 0 {
			n := toFloat(a[1])
			if math.Abs(n)*u.fixed.Hours() > 250*365*24 {
				return nil, errorf(CodeOverflow, "%s %s are too many", describe(a[1]), strings.ToLower(u.plural))
			}
			m.dateOnly = false
			m.Time = m.Add(time.Duration(math.Round(n * float64(u.fixed))))
			return m.text()
		}
		n, ok := wholeNumber(a[1])
		if !ok {
			return nil, errorf(CodeType, "add%s takes a whole number, and this is %s", u.plural, describe(a[1]))
		}
		if n > maxYears*366 || n < -maxYears*366 {
			return nil, errorf(CodeOverflow, "%s %s are too many", describe(a[1]), strings.ToLower(u.plural))
		}
		m.Time = addMonths(m.Time, int(n)*u.months).AddDate(0, 0, int(n)*u.days)
		return m.text()
	}
}

// addMonths keeps the day within the month: 31 January plus one is 28 February.
func addMonths(t time.Time, n int) time.Time {
	if n == 0 {
		return t
	}
	year, month, day := t.Date()
	firstOfMonth := time.Date(year, month+time.Month(n), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
	lastDay := firstOfMonth.AddDate(0, 1, -1).Day()
	return firstOfMonth.AddDate(0, 0, min(day, lastDay)-1)
}

func diff(_ *run, a []any) (any, error) {
	x, err := readMoment(a[0])
	if err != nil {
		return nil, err
	}
	if a[1] == nil || a[2] == nil {
		return nil, nil
	}
	y, err := readMoment(a[1])
	if err != nil {
		return nil, err
	}
	u, _, err := unitByName(a[2])
	if err != nil {
		return nil, err
	}
	switch {
	case u.months != 0:
		return int64(monthsBetween(x.Time, y.Time) / u.months), nil
	case u.days != 0:
		// In milliseconds, as a duration holds 292 years only.
		return (x.UnixMilli() - y.UnixMilli()) / (int64(u.days) * 24 * 60 * 60 * 1000), nil
	default:
		return (x.UnixMilli() - y.UnixMilli()) / u.fixed.Milliseconds(), nil
	}
}

// monthsBetween counts whole months from y to x.
func monthsBetween(x, y time.Time) int {
	if x.Before(y) {
		return -monthsBetween(y, x)
	}
	x = x.In(y.Location())
	n := (x.Year()-y.Year())*12 + int(x.Month()) - int(y.Month())
	if addMonths(y, n).After(x) {
		n--
	}
	return n
}

// floorTo is the first moment of the unit that t is in.
func floorTo(t time.Time, unit string) (time.Time, error) {
	year, month, day := t.Date()
	at := func(month time.Month, day, hour, minute, second int) time.Time {
		return time.Date(year, month, day, hour, minute, second, 0, t.Location())
	}
	switch unit {
	case "year":
		return at(1, 1, 0, 0, 0), nil
	case "quarter":
		return at((month-1)/3*3+1, 1, 0, 0, 0), nil
	case "month":
		return at(month, 1, 0, 0, 0), nil
	case "week":
		return at(month, day-(int(t.Weekday())+6)%7, 0, 0, 0), nil
	case "day":
		return at(month, day, 0, 0, 0), nil
	case "hour":
		return at(month, day, t.Hour(), 0, 0), nil
	case "minute":
		return at(month, day, t.Hour(), t.Minute(), 0), nil
	case "second":
		return at(month, day, t.Hour(), t.Minute(), t.Second()), nil
	default:
		return t.Truncate(time.Millisecond), nil
	}
}

// inUnit reads the arguments of startOf and endOf.
func inUnit(a []any) (m moment, u dateUnit, unit string, err error) {
	if m, err = readMoment(a[0]); err != nil {
		return m, u, "", err
	}
	if u, unit, err = unitByName(a[1]); err != nil {
		return m, u, "", err
	}
	if a[2] != nil {
		zone, err := readZone(a[2])
		if err != nil {
			return m, u, "", err
		}
		if !m.dateOnly {
			m.Time = m.In(zone)
		}
	}
	m.Time, err = floorTo(m.Time, unit)
	return m, u, unit, err
}

func startOf(_ *run, a []any) (any, error) {
	m, _, _, err := inUnit(a)
	if err != nil {
		return nil, err
	}
	return m.text()
}

func endOf(_ *run, a []any) (any, error) {
	m, u, _, err := inUnit(a)
	if err != nil {
		return nil, err
	}
	next := addMonths(m.Time, u.months).AddDate(0, 0, u.days).Add(u.fixed)
	if m.dateOnly {
		if u.fixed != 0 {
			return m.text()
		}
		return moment{Time: next.AddDate(0, 0, -1), dateOnly: true}.text()
	}
	return moment{Time: next.Add(-time.Millisecond)}.text()
}
