package expression

import (
	"net/url"
	"strings"
)

// url joins the parts of an address. What an expression gives can never change
// the address's structure: it stays inside one path segment or query value.
func (t *Template) url(r *run) (any, error) {
	var b strings.Builder
	// from is where the segment begins that the text has come to, and open the
	// expression in it that has yet to be checked.
	from := 0
	var open *templatePart
	query := false
	for i := range t.parts {
		part := &t.parts[i]
		if part.program == nil {
			if err := t.structure(&b, part.text, &from, &open, &query); err != nil {
				return nil, err
			}
			continue
		}
		s, err := t.urlPart(r, part, i == 0)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			if err := t.structure(&b, s, &from, &open, &query); err != nil {
				return nil, err
			}
			continue
		}
		b.WriteString(s)
		if !query {
			open = part
		}
	}
	if err := t.segment(b.String()[from:], open); err != nil {
		return nil, err
	}
	return b.String(), nil
}

// structure adds text that may hold / ? and #, and checks the segments that
// end in it.
func (t *Template) structure(b *strings.Builder, text string, from *int, open **templatePart, query *bool) error {
	for !*query {
		i := strings.IndexAny(text, `/\?#`)
		if i < 0 {
			break
		}
		b.WriteString(text[:i])
		if err := t.segment(b.String()[*from:], *open); err != nil {
			return err
		}
		*open = nil
		*query = text[i] == '?' || text[i] == '#'
		b.WriteByte(text[i])
		text = text[i+1:]
		*from = b.Len()
	}
	b.WriteString(text)
	return nil
}

// segment refuses what would lead elsewhere: empty segments and dots, where an
// expression is part of them.
func (t *Template) segment(segment string, open *templatePart) error {
	if open == nil {
		return nil
	}
	plain := segment
	if decoded, err := url.PathUnescape(segment); err == nil {
		plain = decoded
	}
	switch plain {
	case "":
		return t.place(*open, errorf(CodeValue, "a part of the address would be empty"))
	case ".", "..":
		return t.place(*open, errorf(CodeValue, "a part of the address would be %s, which leads to another path", plain))
	}
	return nil
}

// urlPart is the text of one expression, encoded unless it opens the address.
func (t *Template) urlPart(r *run, part *templatePart, opens bool) (string, error) {
	v, err := part.program.root.value(r)
	if err != nil {
		return "", t.place(*part, err)
	}
	switch v.(type) {
	case []any, map[string]any:
		return "", t.place(*part, errorf(CodeType, "an address is made of text and numbers, and this is %s", describe(v)))
	case nil:
		if opens {
			return "", t.place(*part, errorf(CodeNull, "the address begins with null%s", whyNullClause(r, part.program.root)))
		}
	}
	s, err := r.text(v)
	if err != nil {
		return "", t.place(*part, err)
	}
	if opens {
		return s, r.grow(len(s))
	}
	encoded, err := r.percentEncode(s)
	if err != nil {
		return "", t.place(*part, err)
	}
	return encoded, nil
}
