package flowfile

import (
	"bytes"
	"sort"
	"unicode/utf8"
)

// source is the text of a file with an index of its lines, as editors count
// them: LF, CRLF and a lone CR end a line.
type source struct {
	text  []byte
	lines []int // offset of the first byte of each line
}

// byteOrderMark may open a file; it belongs to no line.
var byteOrderMark = []byte("\uFEFF")

func newSource(data []byte) *source {
	s := &source{text: bytes.TrimPrefix(data, byteOrderMark), lines: []int{0}}
	for i, c := range s.text {
		if c == '\n' || c == '\r' && (i+1 == len(s.text) || s.text[i+1] != '\n') {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// place turns an offset into a line and a column, both from 1; columns count
// characters.
func (s *source) place(offset int) (line, column int) {
	offset = min(max(offset, 0), len(s.text))
	line = sort.SearchInts(s.lines, offset+1)
	return line, utf8.RuneCount(s.text[s.lines[line-1]:offset]) + 1
}

// yamlCursor finds the offsets of places as the YAML library counts them: it
// also ends lines at NEL, LS and PS. Places must be asked for mostly in
// ascending order, or else each question costs the length of its line.
type yamlCursor struct {
	text         []byte
	lines        []int
	line, column int
	offset       int
}

func newYAMLCursor(text []byte) *yamlCursor {
	c := &yamlCursor{text: text, lines: []int{0}}
	for i := 0; i < len(text); {
		width := breakWidth(text[i:])
		if width > 0 {
			c.lines = append(c.lines, i+width)
		}
		i += max(width, 1)
	}
	return c
}

// breakWidth is the number of bytes of the YAML line break that text begins
// with, or 0.
func breakWidth(text []byte) int {
	switch {
	case len(text) == 0:
		return 0
	case text[0] == '\n':
		return 1
	case text[0] == '\r':
		if len(text) > 1 && text[1] == '\n' {
			return 2
		}
		return 1
	case text[0] == 0xC2 && bytes.HasPrefix(text, []byte("\u0085")):
		return 2
	case text[0] == 0xE2 && (bytes.HasPrefix(text, []byte("\u2028")) || bytes.HasPrefix(text, []byte("\u2029"))):
		return 3
	}
	return 0
}

func (c *yamlCursor) find(line, column int) int {
	line = min(max(line, 1), len(c.lines))
	if line != c.line || column < c.column {
		c.line, c.column, c.offset = line, 1, c.lines[line-1]
	}
	for c.column < column && c.offset < len(c.text) {
		_, width := utf8.DecodeRune(c.text[c.offset:])
		c.offset += width
		c.column++
	}
	return c.offset
}
