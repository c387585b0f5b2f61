package expression

import (
	"strconv"
	"strings"
	"time"
)

// dateReader collects what the fields of a pattern say.
type dateReader struct {
	rest                 string
	year, month, day     int
	hour, minute, second int
	nano, yearDay        int
	pm, half, timed      bool
	zone                 *time.Location
}

// parseWith reads a date in a pattern.
func parseWith(pattern, s string, zone *time.Location) (moment, error) {
	fields, err := readDatePattern(pattern)
	if err != nil {
		return moment{}, err
	}
	wrong := func() (moment, error) {
		return moment{}, errorf(CodeValue, "%s is not a date in the format %s", describe(s), clip(pattern, maxText))
	}
	d := dateReader{rest: s, year: 1970, month: 1, day: 1, zone: zone}
	for i, f := range fields {
		exact := i+1 < len(fields) && fields[i+1].letter != 0 && fields[i+1].letter != 'a' && fields[i+1].letter != 'X'
		if !d.read(f, exact) {
			return wrong()
		}
	}
	if d.rest != "" || !d.valid() {
		return wrong()
	}
	return d.moment(), nil
}

// read takes one field off the text. exact is true where another number
// follows at once, so that the field has just its width.
func (d *dateReader) read(f field, exact bool) bool {
	switch f.letter {
	case 0:
		rest, ok := strings.CutPrefix(d.rest, f.text)
		d.rest = rest
		return ok
	case 'M', 'L':
		if f.width >= 3 {
			return d.name(&d.month, englishNames.months[:], englishNames.shortMonths[:])
		}
	case 'E':
		var ignored int
		return d.name(&ignored, englishNames.days[:], englishNames.shortDays[:])
	case 'a':
		return d.halfDay()
	case 'X', 'x', 'Z', 'z':
		return d.offset()
	case 'S':
		return d.fraction()
	}
	return d.number(f, exact)
}

func (d *dateReader) number(f field, exact bool) bool {
	target, most := d.target(f.letter)
	if target == nil {
		return false
	}
	if exact {
		most = max(f.width, 1)
	}
	n := 0
	for n < len(d.rest) && n < most && d.rest[n] >= '0' && d.rest[n] <= '9' {
		n++
	}
	if n == 0 || (exact && n < most) || n < f.width {
		return false
	}
	v, err := strconv.Atoi(d.rest[:n])
	if err != nil {
		return false
	}
	if (f.letter == 'y' || f.letter == 'u') && f.width == 2 && n == 2 {
		// Two digits mean the years from 1970 to 2069.
		v += 1900
		if v < 1970 {
			v += 100
		}
	}
	*target, d.rest = v, d.rest[n:]
	return true
}

// target is where a letter's number goes, and its most digits.
func (d *dateReader) target(letter byte) (*int, int) {
	switch letter {
	case 'y', 'u':
		return &d.year, 4
	case 'M', 'L':
		return &d.month, 2
	case 'd':
		return &d.day, 2
	case 'D':
		return &d.yearDay, 3
	case 'H', 'k':
		d.timed = true
		return &d.hour, 2
	case 'h':
		d.timed, d.half = true, true
		return &d.hour, 2
	case 'm':
		d.timed = true
		return &d.minute, 2
	case 's':
		d.timed = true
		return &d.second, 2
	default:
		return nil, 0
	}
}

func (d *dateReader) name(target *int, long, short []string) bool {
	for _, names := range [][]string{long, short} {
		for i, name := range names {
			if len(d.rest) >= len(name) && strings.EqualFold(d.rest[:len(name)], name) {
				*target, d.rest = i+1, d.rest[len(name):]
				return true
			}
		}
	}
	return false
}

func (d *dateReader) halfDay() bool {
	if len(d.rest) < 2 {
		return false
	}
	half := strings.ToUpper(d.rest[:2])
	d.pm, d.half, d.rest = half == "PM", true, d.rest[2:]
	return half == "AM" || half == "PM"
}

func (d *dateReader) fraction() bool {
	n, rest := digitRun(d.rest)
	if n == 0 || n > 9 {
		return false
	}
	digits := d.rest[:n] + strings.Repeat("0", 9-n)
	d.nano, _ = strconv.Atoi(digits)
	d.rest, d.timed = rest, true
	return true
}

// offset reads Z, UTC, GMT, +02:00, +0200 and +02.
func (d *dateReader) offset() bool {
	for _, name := range []string{"UTC", "GMT", "Z", "z"} {
		if rest, ok := strings.CutPrefix(d.rest, name); ok {
			d.zone, d.rest, d.timed = time.UTC, rest, true
			return true
		}
	}
	for _, layout := range []string{"-07:00", "-0700", "-07"} {
		if len(d.rest) < len(layout) {
			continue
		}
		if t, err := time.Parse(layout, d.rest[:len(layout)]); err == nil {
			d.zone, d.rest, d.timed = t.Location(), d.rest[len(layout):], true
			return true
		}
	}
	return false
}

func (d *dateReader) valid() bool {
	if d.half {
		if d.hour < 1 || d.hour > 12 {
			return false
		}
		d.hour %= 12
		if d.pm {
			d.hour += 12
		}
	}
	if d.hour == 24 && d.minute == 0 && d.second == 0 {
		return d.dateValid()
	}
	return d.hour < 24 && d.minute < 60 && d.second < 60 && d.dateValid()
}

func (d *dateReader) dateValid() bool {
	if d.yearDay > 0 {
		t := time.Date(d.year, 1, d.yearDay, 0, 0, 0, 0, time.UTC)
		if t.Year() != d.year {
			return false
		}
		d.month, d.day = int(t.Month()), t.Day()
	}
	if d.month < 1 || d.month > 12 || d.day < 1 {
		return false
	}
	return time.Date(d.year, time.Month(d.month), d.day, 0, 0, 0, 0, time.UTC).Day() == d.day
}

func (d *dateReader) moment() moment {
	t := time.Date(d.year, time.Month(d.month), d.day, d.hour, d.minute, d.second, d.nano, d.zone)
	return moment{Time: t, dateOnly: !d.timed}
}
