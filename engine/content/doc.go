// Package content turns the bodies of HTTP messages into plain values and
// back. The webhook trigger and the http step use it, so that a body means the
// same whichever way it came.
//
// # Decoding
//
// The content type decides, never a look at the bytes:
//
//   - An empty body is null, whatever its type.
//   - JSON (application/json, text/json, anything ending in +json) is its
//     value. Integers of 64 bits stay exact.
//   - XML (application/xml, text/xml, anything ending in +xml) is an object;
//     see below.
//   - Other text/* types are a string. The charset is honoured. Without one the
//     text is UTF-8 or, if it is not valid UTF-8, windows-1252, which is what
//     browsers do.
//   - application/x-www-form-urlencoded is an object of texts. A name that
//     occurs several times is a list of texts.
//   - multipart/form-data is an object of fields and files. A field is a text,
//     a file is {filename, contentType, size, base64}. A name that occurs
//     several times is a list. A file input that was left empty is null.
//   - Anything else, and a body without a type, is {contentType, size, base64}.
//
// # XML as a value
//
// A document is an object with one field, named like the root element. An
// element without attributes and child elements is its text, exactly as
// written. Any other element is an object: attributes are fields named
// @name, child elements are fields under their own names, and text of its own
// is the field #text, without the white space around it, and left out where
// nothing else is there. Child elements of one name are a list, in document
// order. Names keep their namespace prefix as written, and namespace
// declarations are attributes (@xmlns, @xmlns:p). Comments and processing
// instructions are dropped. A document type declaration is refused, and so are
// entities other than the five of XML itself.
//
//	<order id="7"><line>a</line><line>b</line></order>
//	{"order": {"@id": "7", "line": ["a", "b"]}}
//
// # Encoding
//
// See [Encode].
//
// Nothing that knows of requests, connections or steps may enter this package.
package content
