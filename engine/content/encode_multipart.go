package content

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"mime"
	"mime/multipart"
	"net/textproto"
	"strings"

	"redial/engine/flow"
)

// encodeMultipart writes a form with files. Without a boundary of the caller's
// the boundary is a digest of the parts: a call that is repeated sends the very
// same bytes, and no part can hold its own digest.
func encodeMultipart(value any, contentType, boundary string) ([]byte, string, error) {
	object, ok := value.(map[string]any)
	if !ok {
		return nil, "", errors.New("only an object can be sent as multipart/form-data")
	}
	if boundary == "" {
		canonical, err := flow.EncodeJSON(object)
		if err != nil {
			return nil, "", err
		}
		digest := sha256.Sum256(canonical)
		boundary = hex.EncodeToString(digest[:])
		contentType = mime.FormatMediaType(multipartType, map[string]string{"boundary": boundary})
	}
	var out bytes.Buffer
	writer := multipart.NewWriter(&out)
	if err := writer.SetBoundary(boundary); err != nil {
		return nil, "", fmt.Errorf("the boundary of the content type cannot be used: %w", err)
	}
	err := eachField(object, func(name string, value any) error { return writePart(writer, name, value) })
	if err == nil {
		err = writer.Close()
	}
	return out.Bytes(), contentType, err
}

func writePart(writer *multipart.Writer, name string, value any) error {
	if raw, isFile := rawBytes(value); isFile {
		return writeFile(writer, name, value.(map[string]any), raw)
	}
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", strings.TrimSuffix(multipart.FileContentDisposition(name, ""), `; filename=""`))
	text, isText := value.(string)
	data := []byte(text)
	if !isText {
		var err error
		if data, err = flow.EncodeJSON(value); err != nil {
			return err
		}
	}
	if !isScalar(value) {
		header.Set("Content-Type", jsonContentType)
	}
	return createPart(writer, header, data)
}

func createPart(writer *multipart.Writer, header textproto.MIMEHeader, data []byte) error {
	part, err := writer.CreatePart(header)
	if err == nil {
		_, err = part.Write(data)
	}
	return err
}

func writeFile(writer *multipart.Writer, name string, file map[string]any, raw func() ([]byte, error)) error {
	data, err := raw()
	if err != nil {
		return fmt.Errorf("field %.60q: %w", name, err)
	}
	filename, _ := file["filename"].(string)
	contentType, _ := file["contentType"].(string)
	if _, _, err := mime.ParseMediaType(contentType); err != nil {
		contentType = unknownType
	}
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", multipart.FileContentDisposition(name, filename))
	header.Set("Content-Type", contentType)
	return createPart(writer, header, data)
}
