package content

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"unicode/utf8"
)

var errNoEnd = errors.New("the body ends before its closing boundary")

func decodeMultipart(body []byte, boundary string, limits Limits) (any, error) {
	if boundary == "" {
		return nil, &Error{Type: multipartType, Message: "its content type names no boundary"}
	}
	if !bytes.Contains(body, []byte("--"+boundary+"--")) {
		return nil, &Error{Type: multipartType, Message: errNoEnd.Error()}
	}
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	form := make(map[string]any)
	for number := 1; ; number++ {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return form, nil
		}
		if err == nil && number > limits.Parts {
			return nil, tooMany(multipartType, limits.Parts, "parts")
		}
		if err == nil {
			err = addPart(form, part)
		}
		if err != nil {
			return nil, &Error{Type: multipartType, Message: fmt.Sprintf("part %d: %s", number, partFault(err))}
		}
	}
}

// partFault says in our words what mime/multipart says in its own.
func partFault(err error) string {
	var ours *Error
	switch {
	case errors.As(err, &ours):
		return ours.Message
	case errors.Is(err, io.ErrUnexpectedEOF), strings.HasSuffix(err.Error(), "EOF"):
		return errNoEnd.Error()
	default:
		return strings.TrimPrefix(err.Error(), "multipart: ")
	}
}

func addPart(form map[string]any, part *multipart.Part) error {
	name := part.FormName()
	if name == "" || !utf8.ValidString(name) {
		return errors.New("it has no name in UTF-8")
	}
	data, err := io.ReadAll(part)
	if err != nil {
		return err
	}
	value, err := partValue(part, data)
	if err != nil {
		return err
	}
	addNamed(form, name, value)
	return nil
}

func partValue(part *multipart.Part, data []byte) (any, error) {
	contentType := part.Header.Get("Content-Type")
	_, disposition, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil {
		return nil, errors.New("its Content-Disposition cannot be read")
	}
	if _, isFile := disposition["filename"]; !isFile {
		_, params := parseType(contentType)
		return decodeText(data, params["charset"])
	}
	if part.FileName() == "" && len(data) == 0 {
		return nil, nil
	}
	file := opaque(contentType, data)
	file["filename"] = strings.ToValidUTF8(part.FileName(), "\uFFFD")
	return file, nil
}
