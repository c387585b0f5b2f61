package flowfile

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// locate finds where a byte of a scalar's text stands in the source. It walks
// the text as written and the text as read side by side; should the two not
// agree, the scalar's beginning is the answer.
func (s *source) locate(n *node, offset int) int {
	text, isText := n.value.(string)
	if !isText {
		return n.start
	}
	offset = min(offset, len(text))
	w := walker{written: s.text[min(n.start, len(s.text)):], read: text[:offset]}
	var found bool
	switch n.style {
	case literalStyle, foldedStyle:
		found = w.block(n.style, text)
	default:
		found = w.flow(n.style)
	}
	if !found {
		return n.start
	}
	return n.start + w.at
}

// walker steps through a scalar: at is the offset in what is written, read is
// what of the text is still to come before the wanted byte.
type walker struct {
	written []byte
	at      int
	read    string
}

func (w *walker) rest() []byte { return w.written[min(w.at, len(w.written)):] }

// take consumes text that the next bytes written stand for.
func (w *walker) take(width int, text string) bool {
	if len(w.read) < len(text) && strings.HasPrefix(text, w.read) {
		w.read = "" // the wanted byte is inside
		return true
	}
	rest, fits := strings.CutPrefix(w.read, text)
	w.at += width
	w.read = rest
	return fits
}

// flow walks plain and quoted scalars.
func (w *walker) flow(style style) bool {
	if style != plainStyle {
		w.at++ // the quote
	}
	for w.read != "" {
		rest := w.rest()
		if len(rest) == 0 {
			return false
		}
		var ok bool
		switch blanks := countBlanks(rest); {
		case style != jsonStyle && breakWidth(rest[blanks:]) > 0:
			ok = w.fold()
		case (style == doubleQuotedStyle || style == jsonStyle) && rest[0] == '\\':
			ok = w.escape()
		case style == singleQuotedStyle && bytes.HasPrefix(rest, []byte("''")):
			ok = w.take(2, "'")
		default:
			ok = w.take(1, string(rest[:1]))
		}
		if !ok {
			return false
		}
	}
	return true
}

func countBlanks(text []byte) int {
	return len(text) - len(bytes.TrimLeft(text, " \t"))
}

// fold walks over line breaks and the blanks around them: one break stands for
// a space, each further one for a line feed.
func (w *walker) fold() bool {
	breaks, width := 0, 0
	for {
		rest := w.rest()[width:]
		blanks := countBlanks(rest)
		b := breakWidth(rest[blanks:])
		if b == 0 {
			width += blanks
			break
		}
		breaks++
		width += blanks + b
	}
	if breaks == 1 {
		return w.take(width, " ")
	}
	return w.take(width, strings.Repeat("\n", breaks-1))
}

var shortEscapes = map[byte]string{
	'0': "\x00", 'a': "\a", 'b': "\b", 't': "\t", '\t': "\t", 'n': "\n", 'v': "\v", 'f': "\f", 'r': "\r",
	'e': "\x1b", ' ': " ", '"': `"`, '/': "/", '\\': `\`, 'N': "\u0085", '_': "\u00A0", 'L': "\u2028", 'P': "\u2029",
}

var longEscapes = map[byte]int{'x': 2, 'u': 4, 'U': 8}

// escape walks over a backslash and what belongs to it.
func (w *walker) escape() bool {
	rest := w.rest()
	if len(rest) < 2 {
		return false
	}
	if b := breakWidth(rest[1:]); b > 0 {
		return w.take(1+b+countBlanks(rest[1+b:]), "")
	}
	if text, known := shortEscapes[rest[1]]; known {
		return w.take(2, text)
	}
	digits := longEscapes[rest[1]]
	r, ok := hexRune(rest[2:], digits)
	if digits == 0 || !ok {
		return false
	}
	width := 2 + digits
	if utf16.IsSurrogate(r) { // of JSON
		if low, ok := hexRune(rest[min(width+2, len(rest)):], 4); ok && bytes.HasPrefix(rest[width:], []byte(`\u`)) &&
			utf16.DecodeRune(r, low) != utf8.RuneError {
			return w.take(width+6, string(utf16.DecodeRune(r, low)))
		}
	}
	return w.take(width, string(r))
}

func hexRune(text []byte, digits int) (rune, bool) {
	if len(text) < digits {
		return 0, false
	}
	var r rune
	for _, c := range text[:digits] {
		digit := bytes.IndexByte([]byte("0123456789abcdef"), c|0x20)
		if c < '0' || digit < 0 {
			return 0, false
		}
		r = r<<4 | rune(digit)
	}
	return r, true
}

// block walks literal and folded scalars. The whole text tells how far they
// are indented: the indentation may be given in the header, counted from a
// place that is not known here.
func (w *walker) block(style style, text string) bool {
	if !w.line() {
		return false
	}
	indent, ok := blockIndent(w.rest(), text)
	if !ok {
		return false
	}
	for {
		rest := w.rest()
		w.at += min(indent, countSpaces(rest))
		rest = w.rest()
		line := string(rest[:min(lineLength(rest), len(w.read))])
		if !strings.HasPrefix(w.read, line) {
			return false
		}
		w.at += len(line)
		w.read = w.read[len(line):]
		if w.read == "" {
			return true
		}
		breaks := w.breaks(style, indent)
		if breaks == 0 {
			return false
		}
		if breaks == 1 && strings.HasPrefix(w.read, " ") {
			w.read = w.read[1:]
			continue
		}
		for ; breaks > 0 && strings.HasPrefix(w.read, "\n"); breaks-- {
			w.read = w.read[1:]
		}
	}
}

// breaks moves behind the line break of a block scalar and, in a folded one,
// behind the empty lines that follow it.
func (w *walker) breaks(style style, indent int) int {
	count := 0
	for {
		rest := w.rest()
		skip := 0
		if count > 0 {
			skip = min(indent, countSpaces(rest))
		}
		b := breakWidth(rest[skip:])
		if b == 0 || count > 0 && style == literalStyle {
			return count
		}
		w.at += skip + b
		count++
	}
}

// blockIndent compares the first lines of a block scalar that are not blank,
// as written and as read.
func blockIndent(written []byte, text string) (int, bool) {
	read := strings.TrimLeft(text, " \n")
	if read == "" {
		return 0, false
	}
	inText := len(text) - len(read)
	inText -= strings.LastIndexByte(text[:inText], '\n') + 1
	content := len(written) - len(bytes.TrimLeft(written, " \r\n"))
	inFile := content - (bytes.LastIndexAny(written[:content], "\r\n") + 1)
	return inFile - inText, inFile >= inText
}

// line moves behind the end of the line.
func (w *walker) line() bool {
	end := lineLength(w.rest())
	b := breakWidth(w.rest()[end:])
	w.at += end + b
	return b > 0
}

func lineLength(text []byte) int {
	for i := range text {
		if breakWidth(text[i:]) > 0 {
			return i
		}
	}
	return len(text)
}

func countSpaces(text []byte) int {
	return len(text) - len(bytes.TrimLeft(text, " "))
}
