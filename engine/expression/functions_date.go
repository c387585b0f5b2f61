package expression

import (
	"math"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // zones must not depend on the machine
)

func init() {
	const topic = "Dates"
	declare(topic, "parseDate(x: text|number, format?: text, zone?: text) -> date", `The date that a text holds, as RFC 3339. Without a format it understands RFC 3339, dates alone and the format of mail headers; "unix" and "unixMillis" read seconds and milliseconds since 1970. The zone (UTC) counts where the text has none.`,
		Function{eval: parseDate}, `parseDate("31.12.2026", "dd.MM.yyyy")`, `"2026-12-31"`, `parseDate("3/7/26 9:05 PM", "M/d/yy h:mm a", "America/New_York")`, `"2026-03-07T21:05:00-05:00"`, `parseDate(1700000000, "unix")`, `"2023-11-14T22:13:20Z"`)
	declare(topic, "formatDate(date: date, format: text, zone?: text, locale?: text) -> text", "The date in a format, in the zone where one is given. Letters: yyyy MM MMM dd EEE HH hh mm ss SSS a XXX and more; 'text' stands for itself. Names of months and days are in the locale's language: en, de, es or fr.",
		Function{eval: formatDate}, `formatDate("2026-03-07T21:05:00Z", "dd.MM.yyyy HH:mm", "Europe/Berlin")`, `"07.03.2026 22:05"`, `formatDate("2026-03-07", "EEEE, d MMMM yyyy")`, `"Saturday, 7 March 2026"`)
	for _, unit := range dateUnits {
		declare(topic, "add"+unit.plural+"(date: date, n: number) -> date", unit.help,
			Function{eval: adder(unit)}, unit.example, unit.result)
	}
	declare(topic, "diff(a: date, b: date, unit: text) -> whole", `How many whole units a lies after b; negative where it lies before. Units: "years" "months" "weeks" "days" "hours" "minutes" "seconds" "milliseconds".`,
		Function{eval: diff}, `diff("2026-03-10", "2026-03-07", "days")`, `3`, `diff("2026-01-31", "2026-02-27", "months")`, `0`)
	declare(topic, "startOf(date: date, unit: text, zone?: text) -> date", `The first moment of the "year", "quarter", "month", "week" (Monday), "day", "hour" or "minute" that the date is in, in the zone where one is given.`,
		Function{eval: startOf}, `startOf("2026-03-07T21:05:00Z", "month")`, `"2026-03-01T00:00:00Z"`, `startOf("2026-03-07", "week")`, `"2026-03-02"`)
	declare(topic, "endOf(date: date, unit: text, zone?: text) -> date", "The last millisecond of the unit that the date is in; of a date without time the last day.",
		Function{eval: endOf}, `endOf("2026-02-07", "month")`, `"2026-02-28"`)
	declare(topic, "inZone(date: date, zone: text) -> date", "The same moment on the clocks of a zone.",
		Function{eval: inZone}, `inZone("2026-07-01T12:00:00Z", "Europe/Berlin")`, `"2026-07-01T14:00:00+02:00"`)
}

// moment is a date as text holds it: with or without a time.
type moment struct {
	time.Time
	dateOnly bool
}

const dateOnlyLayout = "2006-01-02"

// text writes RFC 3339; a date without a time stays one.
func (m moment) text() (any, error) {
	if y := m.Year(); y < 0 || y > 9999 {
		return nil, errorf(CodeOverflow, "the date lies outside the years 0 to 9999")
	}
	if m.dateOnly {
		return m.Format(dateOnlyLayout), nil
	}
	return m.Format(time.RFC3339Nano), nil
}

// readMoment reads RFC 3339, or a date alone.
func readMoment(v any) (moment, error) {
	s := strings.TrimSpace(v.(string))
	if t, err := time.Parse(time.RFC3339Nano, strings.ToUpper(clip(s, maxText))); err == nil {
		return moment{Time: t}, nil
	}
	if t, err := time.Parse(dateOnlyLayout, s); err == nil {
		return moment{Time: t, dateOnly: true}, nil
	}
	return moment{}, errorf(CodeValue, "%s is not a date; dates are RFC 3339 text, as 2026-03-07 or 2026-03-07T21:05:00Z; read others with parseDate(x, format)", describe(v))
}

// zones keeps the zones that were asked for, as loading one reads a file. It is
// bounded, as a file system may know one zone by many spellings.
var zones = struct {
	sync.RWMutex
	known map[string]*time.Location
}{known: map[string]*time.Location{}}

const maxZones = 1000

func knownZone(name string) *time.Location {
	zones.RLock()
	defer zones.RUnlock()
	return zones.known[name]
}

func keepZone(name string, zone *time.Location) {
	zones.Lock()
	defer zones.Unlock()
	if len(zones.known) < maxZones {
		zones.known[strings.Clone(name)] = zone
	}
}

// readZone finds an IANA zone, or an offset such as +02:00.
func readZone(v any) (*time.Location, error) {
	name := v.(string)
	if zone := knownZone(name); zone != nil {
		return zone, nil
	}
	if len(name) <= maxText && name != "Local" && name != "" {
		if zone, err := time.LoadLocation(name); err == nil {
			keepZone(name, zone)
			return zone, nil
		}
		if t, err := time.Parse("Z07:00", name); err == nil {
			return t.Location(), nil
		}
	}
	return nil, errorf(CodeValue, "there is no time zone %s; zones are written like Europe/Berlin or +02:00", describe(v))
}

// otherLayouts are what parseDate understands without a format, after RFC 3339.
var otherLayouts = []string{
	"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02 15:04",
	time.RFC1123, time.RFC1123Z, "Mon, 2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05 -0700", time.RFC850, time.ANSIC,
	"2006-01-02T15:04:05Z0700", "20060102T150405Z0700",
}

func parseDate(_ *run, a []any) (any, error) {
	zone := time.UTC
	var err error
	if a[2] != nil {
		if zone, err = readZone(a[2]); err != nil {
			return nil, err
		}
	}
	format, _ := a[1].(string)
	if format == "unix" || format == "unixMillis" {
		return fromUnix(a[0], format, zone)
	}
	s, ok := a[0].(string)
	if !ok {
		return nil, errorf(CodeType, `parseDate reads a number only as "unix" or "unixMillis"; the date is %s`, describe(a[0]))
	}
	if s = strings.TrimSpace(s); s == "" {
		return nil, nil
	}
	if len(s) > 200 {
		return nil, errorf(CodeValue, "%s is not a date", describe(s))
	}
	if format != "" {
		m, err := parseWith(format, s, zone)
		if err != nil {
			return nil, err
		}
		return m.text()
	}
	if m, err := readMoment(s); err == nil {
		return m.text()
	}
	for _, layout := range otherLayouts {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return moment{Time: t}.text()
		}
	}
	return nil, errorf(CodeValue, `%s is not a date that can be read without a format; give one, as in parseDate(x, "dd.MM.yyyy")`, describe(s))
}

func fromUnix(v any, format string, zone *time.Location) (any, error) {
	if s, ok := v.(string); ok {
		n, err := numberFromText(s)
		if err != nil {
			return nil, err
		}
		v = n
	}
	if v == nil {
		return nil, nil
	}
	seconds := toFloat(v)
	if format == "unixMillis" {
		seconds /= 1000
	}
	if math.Abs(seconds) > 1e12 {
		return nil, errorf(CodeOverflow, "the date lies outside the years 0 to 9999")
	}
	t := time.UnixMilli(int64(math.Round(seconds * 1000)))
	return moment{Time: t.In(zone)}.text()
}

func formatDate(r *run, a []any) (any, error) {
	m, err := readMoment(a[0])
	if err != nil {
		return nil, err
	}
	t := m.Time
	if a[2] != nil {
		zone, err := readZone(a[2])
		if err != nil {
			return nil, err
		}
		if !m.dateOnly {
			t = t.In(zone)
		}
	}
	format := a[1].(string)
	if err := r.grow(8 * len(format)); err != nil {
		return nil, err
	}
	locale, _ := a[3].(string)
	names, err := dateNamesOf(locale)
	if err != nil {
		return nil, err
	}
	return formatWith(format, t, names)
}

func inZone(_ *run, a []any) (any, error) {
	m, err := readMoment(a[0])
	if err != nil {
		return nil, err
	}
	zone, err := readZone(a[1])
	if err != nil {
		return nil, err
	}
	return moment{Time: m.In(zone)}.text()
}
