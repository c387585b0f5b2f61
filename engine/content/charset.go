package content

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

const textName = "text"

func decodeText(body []byte, charset string) (any, error) {
	if charset == "" && !utf8.Valid(body) && !hasUTF16BOM(body) {
		// What a browser does with unlabelled text. Every byte has a meaning
		// there, so it cannot fail.
		text, err := charmap.Windows1252.NewDecoder().Bytes(body)
		if err != nil {
			return nil, &Error{Type: textName, Message: err.Error()}
		}
		return string(text), nil
	}
	text, err := toUTF8(textName, body, charset)
	if err != nil {
		return nil, err
	}
	if at := invalidUTF8(text); at >= 0 {
		return nil, &Error{Type: "text in UTF-8", Offset: int64(at) + 1, Message: "it holds a byte that is not UTF-8"}
	}
	return string(text), nil
}

// toUTF8 is a body in UTF-8 without a byte order mark. A byte order mark wins
// over the declared charset, as everywhere on the web. A body that is said to
// be UTF-8 is not checked.
func toUTF8(kind string, body []byte, charset string) ([]byte, error) {
	if hasUTF16BOM(body) {
		return fromUTF16(kind, body)
	}
	body = bytes.TrimPrefix(body, []byte("\xEF\xBB\xBF"))
	if isUTF8(charset) {
		return body, nil
	}
	decoder, err := lookupCharset(charset)
	if err != nil {
		return nil, &Error{Type: kind, Message: err.Error()}
	}
	text, err := decoder.NewDecoder().Bytes(body)
	if err != nil {
		return nil, &Error{Type: kind, Message: fmt.Sprintf("it is not in the charset %.40q", charset)}
	}
	// Decoders write U+FFFD for bytes that mean nothing in their charset.
	if at := bytes.IndexRune(text, utf8.RuneError); at >= 0 && !encodesReplacement(charset) {
		return nil, &Error{Type: kind, Message: fmt.Sprintf("it holds bytes that the charset %.40q does not have", charset)}
	}
	return text, nil
}

func hasUTF16BOM(body []byte) bool {
	return bytes.HasPrefix(body, []byte("\xFE\xFF")) || bytes.HasPrefix(body, []byte("\xFF\xFE"))
}

func fromUTF16(kind string, body []byte) ([]byte, error) {
	text, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder().Bytes(body)
	if err != nil {
		return nil, &Error{Type: kind, Message: "it begins as UTF-16 and goes on as something else"}
	}
	return text, nil
}

func isUTF8(charset string) bool {
	return charset == "" || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}

// encodesReplacement says that text in the charset may hold U+FFFD itself.
func encodesReplacement(charset string) bool {
	lower := strings.ToLower(strings.TrimSpace(charset))
	return strings.HasPrefix(lower, "utf-16") || lower == "gb18030"
}

// lookupCharset finds a charset by any of the names that browsers know.
func lookupCharset(charset string) (encoding.Encoding, error) {
	found, err := htmlindex.Get(charset)
	if err != nil || found == encoding.Replacement {
		return nil, fmt.Errorf("the charset %.40q is not known here; send UTF-8", charset)
	}
	return found, nil
}

// charsetReader serves the encoding that an XML declaration names.
func charsetReader(charset string, input io.Reader) (io.Reader, error) {
	decoder, err := lookupCharset(charset)
	if err != nil {
		return nil, err
	}
	return transform.NewReader(input, decoder.NewDecoder()), nil
}
