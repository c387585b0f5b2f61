package flowfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"redial/engine/flow"
)

// readJSON turns JSON into nodes. It reads tokens, as decoding into maps would
// lose places, order and duplicate keys.
func readJSON(r *report) (*node, error) {
	decoder := json.NewDecoder(bytes.NewReader(r.source.text))
	decoder.UseNumber()
	c := &jsonConverter{report: r, decoder: decoder}
	root, err := c.value(1)
	if err != nil {
		return nil, err
	}
	if start := c.next(); start < len(r.source.text) {
		return nil, r.source.syntaxError(start, "the file is not JSON: there is more text after the end of the object")
	}
	return root, nil
}

type jsonConverter struct {
	*report
	decoder *json.Decoder
}

// next is the offset of the next token: the decoder only tells where the last
// one ended.
func (c *jsonConverter) next() int {
	text := c.source.text
	offset := int(c.decoder.InputOffset())
	for offset < len(text) && bytes.IndexByte([]byte(" \t\r\n,:"), text[offset]) >= 0 {
		offset++
	}
	return offset
}

func (c *jsonConverter) token() (json.Token, error) {
	token, err := c.decoder.Token()
	if err == nil {
		return token, nil
	}
	var syntax *json.SyntaxError
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || !errors.As(err, &syntax) {
		return nil, c.source.syntaxError(len(c.source.text), "the file is not JSON: it ends too early")
	}
	return nil, c.syntaxError(syntax)
}

// syntaxError asks for the fault a second time: offsets of the token decoder
// are not exact.
func (c *jsonConverter) syntaxError(fallback *json.SyntaxError) error {
	var whole json.RawMessage
	exact := fallback
	offset := int(c.decoder.InputOffset())
	if err := json.Unmarshal(c.source.text, &whole); errors.As(err, &exact) {
		offset = int(exact.Offset) - 1
	}
	if exact.Error() == "unexpected end of JSON input" {
		return c.source.syntaxError(len(c.source.text), "the file is not JSON: it ends too early")
	}
	return c.source.syntaxError(offset, "the file is not JSON: %s", shorten(exact.Error()))
}

func (c *jsonConverter) value(depth int) (*node, error) {
	n := &node{start: c.next(), style: jsonStyle}
	token, err := c.token()
	if err != nil {
		return nil, err
	}
	switch v := token.(type) {
	case json.Delim:
		if depth > flow.MaxNesting {
			return nil, c.source.tooLarge(n.start, "the file is nested more than %d levels deep", flow.MaxNesting)
		}
		if v == '{' {
			return n, c.object(n, depth)
		}
		return n, c.list(n, depth)
	case json.Number:
		n.style = plainStyle
		if n.value, err = flow.ParseNumber(v.String()); err != nil {
			c.error(n.start, flow.CodeInvalidValue, "%v", err)
			n.unread = v.String()
		} else if isInexact(v.String(), n.value) {
			c.warning(n.start, flow.CodeInvalidValue, inexactMessage, shorten(v.String()))
		}
	default: // nil, bool or string
		n.value = v
	}
	return n, nil
}

func (c *jsonConverter) object(n *node, depth int) error {
	n.kind = objectKind
	names := map[string]bool{}
	for c.decoder.More() {
		start := c.next()
		token, err := c.token()
		if err != nil {
			return err
		}
		name, _ := token.(string) // the decoder lets nothing else be a key
		c.name(name)
		duplicate := names[name]
		if duplicate {
			c.error(start, flow.CodeDuplicateKey, "the key %q is there twice; remove one of them", shorten(name))
		}
		value, err := c.value(depth + 1)
		c.up()
		if err != nil {
			return err
		}
		if !duplicate {
			names[name] = true
			n.fields = append(n.fields, field{name: name, start: start, node: value})
		}
	}
	_, err := c.token()
	return err
}

func (c *jsonConverter) list(n *node, depth int) error {
	n.kind = listKind
	for i := 0; c.decoder.More(); i++ {
		c.index(i)
		item, err := c.value(depth + 1)
		c.up()
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	_, err := c.token()
	return err
}
