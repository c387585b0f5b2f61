package expression

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Date patterns use the letters of Unicode TR 35, which are Java's too:
// y year, M month, d day, D day of the year, E weekday, a AM or PM, H hour 0–23,
// h hour 1–12, m minute, s second, S fraction, X Z z zone. Text in ” stands for
// itself, and so does whatever is no letter.

// field is one run of the same letter, or literal text.
type field struct {
	letter byte
	width  int
	text   string
}

const (
	maxDatePattern = 200
	dateLetters    = "yuMLdDEaHhkmsSXxZzQw"
)

func readDatePattern(pattern string) ([]field, error) {
	if len(pattern) > maxDatePattern {
		return nil, errorf(CodeLimit, "the date format is too long: at most %d characters are possible", maxDatePattern)
	}
	var fields []field
	literal := func(s string) {
		if n := len(fields); n > 0 && fields[n-1].letter == 0 {
			fields[n-1].text += s
			return
		}
		fields = append(fields, field{text: s})
	}
	for i := 0; i < len(pattern); {
		c := pattern[i]
		switch {
		case c == '\'':
			text, next := quotedText(pattern, i)
			literal(text)
			i = next
		case c < 0x80 && unicode.IsLetter(rune(c)):
			n := 1
			for i+n < len(pattern) && pattern[i+n] == c {
				n++
			}
			if strings.IndexByte(dateLetters, c) < 0 {
				return nil, errorf(CodeValue, "the letter %c has no meaning in a date format; put text into ' ', as in dd.MM.yyyy 'at' HH:mm%s", c, goLayoutAdvice(c))
			}
			fields = append(fields, field{letter: c, width: n})
			i += n
		default:
			literal(pattern[i : i+1])
			i++
		}
	}
	return fields, nil
}

func goLayoutAdvice(c byte) string {
	if c == 'Y' {
		return "; years are written yyyy"
	}
	return ""
}

// quotedText reads '…' from i; ” is a quote.
func quotedText(pattern string, i int) (text string, next int) {
	if strings.HasPrefix(pattern[i:], "''") {
		return "'", i + 2
	}
	var b strings.Builder
	for i++; i < len(pattern); i++ {
		if pattern[i] != '\'' {
			b.WriteByte(pattern[i])
			continue
		}
		if !strings.HasPrefix(pattern[i:], "''") {
			return b.String(), i + 1
		}
		b.WriteByte('\'')
		i++
	}
	return b.String(), len(pattern)
}

func formatWith(pattern string, t time.Time, names *dateNames) (any, error) {
	fields, err := readDatePattern(pattern)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	for _, f := range fields {
		b.WriteString(f.format(t, names))
	}
	return b.String(), nil
}

func (f field) format(t time.Time, names *dateNames) string {
	switch f.letter {
	case 0:
		return f.text
	case 'y', 'u':
		if f.width == 2 {
			return fmt.Sprintf("%02d", t.Year()%100)
		}
		return f.digits(t.Year())
	case 'M', 'L':
		return f.name(int(t.Month()), names.months[:], names.shortMonths[:])
	case 'E':
		if f.width < 4 {
			return names.shortDays[t.Weekday()]
		}
		return names.days[t.Weekday()]
	case 'a':
		return t.Format("PM")
	case 'X', 'x', 'Z', 'z':
		return f.zone(t)
	case 'S':
		digits := fmt.Sprintf("%09d", t.Nanosecond())
		if f.width > 9 {
			return digits + strings.Repeat("0", f.width-9)
		}
		return digits[:f.width]
	default:
		return f.digits(f.number(t))
	}
}

func (f field) number(t time.Time) int {
	switch f.letter {
	case 'd':
		return t.Day()
	case 'D':
		return t.YearDay()
	case 'H':
		return t.Hour()
	case 'h':
		return (t.Hour()+11)%12 + 1
	case 'k':
		return (t.Hour()+23)%24 + 1
	case 'm':
		return t.Minute()
	case 's':
		return t.Second()
	case 'Q':
		return (int(t.Month())-1)/3 + 1
	default:
		_, week := t.ISOWeek()
		return week
	}
}

func (f field) digits(n int) string {
	s := strconv.Itoa(n)
	if len(s) < f.width {
		s = strings.Repeat("0", f.width-len(s)) + s
	}
	return s
}

func (f field) name(n int, long, short []string) string {
	switch {
	case f.width == 3:
		return short[n-1]
	case f.width > 3:
		return long[n-1]
	default:
		return f.digits(n)
	}
}

func (f field) zone(t time.Time) string {
	switch {
	case f.letter == 'z':
		return t.Format("MST")
	case f.letter == 'Z' && f.width < 4, f.letter == 'x' && f.width == 2:
		return t.Format("-0700")
	case f.letter == 'x' && f.width == 1:
		return t.Format("-07")
	case f.letter == 'x':
		return t.Format("-07:00")
	case f.letter == 'X' && f.width == 1:
		return t.Format("Z07")
	case f.letter == 'X' && f.width == 2:
		return t.Format("Z0700")
	default:
		return t.Format("Z07:00")
	}
}
