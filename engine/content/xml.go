package content

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

const xmlName = "XML"

func decodeXML(body []byte, charset string, limits Limits) (any, error) {
	reader := &xmlReader{limits: limits, document: make(map[string]any)}
	text, err := toUTF8(xmlName, body, charset)
	if err != nil {
		return nil, err
	}
	reader.decoder = xml.NewDecoder(bytes.NewReader(text))
	reader.decoder.CharsetReader = charsetReader
	if charset != "" || hasUTF16BOM(body) {
		// RFC 7303: what the transport says wins over the declaration.
		reader.decoder.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil }
	}
	return reader.read()
}

// xmlReader builds the value without recursion, so that depth costs no stack.
// It takes raw tokens, which keep prefixes as written, and matches the tags
// itself.
type xmlReader struct {
	decoder  *xml.Decoder
	limits   Limits
	document map[string]any
	open     []*xmlElement
	count    int
}

type xmlElement struct {
	name   string
	fields map[string]any // nil: no attributes and no child elements so far
	text   strings.Builder
}

func (r *xmlReader) read() (any, error) {
	for {
		token, err := r.decoder.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = r.take(token)
		}
		if err != nil {
			return nil, r.failure(err)
		}
	}
	switch {
	case len(r.open) > 0:
		return nil, r.failure(fmt.Errorf("it ends inside of the element %.60s", r.open[len(r.open)-1].name))
	case len(r.document) == 0:
		return nil, r.failure(errors.New("it has no element"))
	}
	return r.document, nil
}

func (r *xmlReader) failure(err error) error {
	var ours *Error
	if errors.As(err, &ours) {
		return ours
	}
	line, _ := r.decoder.InputPos()
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return &Error{Type: xmlName, Line: syntax.Line, Message: syntax.Msg}
	}
	return &Error{Type: xmlName, Line: line, Message: strings.TrimPrefix(err.Error(), "xml: ")}
}

func (r *xmlReader) take(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		return r.begin(t)
	case xml.EndElement:
		return r.end(rawName(t.Name))
	case xml.CharData:
		return r.chars(t)
	case xml.Directive:
		return errors.New("document type declarations are not taken")
	default:
		return nil // comments and processing instructions
	}
}

func (r *xmlReader) begin(start xml.StartElement) error {
	if len(r.open) == 0 && len(r.document) > 0 {
		return errors.New("there is a second root element")
	}
	if len(r.open) >= r.limits.Depth {
		return &Error{Type: xmlName, TooLarge: true, Message: fmt.Sprintf("it is nested more than %d levels deep", r.limits.Depth)}
	}
	if r.count += 1 + len(start.Attr); r.count > r.limits.Values {
		return tooMany(xmlName, r.limits.Values, "elements and attributes")
	}
	element := &xmlElement{name: rawName(start.Name)}
	if len(start.Attr) > 0 {
		element.fields = make(map[string]any, len(start.Attr))
	}
	for _, attribute := range start.Attr {
		name := "@" + rawName(attribute.Name)
		if _, twice := element.fields[name]; twice {
			return fmt.Errorf("the attribute %.60s is given twice", name[1:])
		}
		element.fields[name] = attribute.Value
	}
	r.open = append(r.open, element)
	return nil
}

func (r *xmlReader) end(name string) error {
	if len(r.open) == 0 {
		return fmt.Errorf("the element %.60s is closed but was not opened", name)
	}
	element := r.open[len(r.open)-1]
	if element.name != name {
		return fmt.Errorf("the element %.60s is closed by %.60s", element.name, name)
	}
	r.open = r.open[:len(r.open)-1]
	if len(r.open) == 0 {
		r.document[name] = element.value()
		return nil
	}
	parent := r.open[len(r.open)-1]
	if parent.fields == nil {
		parent.fields = make(map[string]any, 1)
	}
	addNamed(parent.fields, name, element.value())
	return nil
}

func (r *xmlReader) chars(text xml.CharData) error {
	if len(r.open) > 0 {
		r.open[len(r.open)-1].text.Write(text)
		return nil
	}
	if len(bytes.TrimSpace(text)) > 0 {
		return errors.New("there is text outside of the root element")
	}
	return nil
}

func (e *xmlElement) value() any {
	text := e.text.String()
	if e.fields == nil {
		return text
	}
	if text = strings.TrimSpace(text); text != "" {
		e.fields["#text"] = text
	}
	return e.fields
}

func rawName(name xml.Name) string {
	if name.Space == "" {
		return name.Local
	}
	return name.Space + ":" + name.Local
}
