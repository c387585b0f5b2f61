package schema

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Bounds of a schema.
const (
	maxSchemaDepth  = 64
	maxSchemaValues = 20_000
	maxPatternSize  = 20_000  // instructions of the compiled pattern
	maxPatternSizes = 200_000 // of all patterns of a schema
)

// base is the address that relative references resolve against. It is no real
// one, and never shown.
const base = "https://schema.invalid/"

// Compile reads a schema, a plain JSON value, which must not be changed
// afterwards. Every error is an *Error that names the place.
func Compile(schema any) (*Schema, error) {
	switch schema.(type) {
	case bool, map[string]any:
	default:
		return nil, &Error{Message: "a schema is an object, or true or false"}
	}
	values := maxSchemaValues
	if err := checkSize("", schema, 0, &values); err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	compiler.RegisterFormat(mailbox)
	compiler.UseLoader(noLoader{})
	left := maxPatternSizes
	compiler.UseRegexpEngine(func(source string) (jsonschema.Regexp, error) {
		compiled, size, err := compilePattern(source, left)
		left -= size
		return compiled, err
	})
	if err := compiler.AddResource(base, schema); err != nil {
		return nil, translate(err)
	}
	compiled, err := compiler.Compile(base)
	if err != nil {
		return nil, translate(err)
	}
	builder := &builder{nodes: make(map[*jsonschema.Schema]*node)}
	root, err := builder.node(compiled)
	if err != nil {
		return nil, err
	}
	if err := builder.checkLoops(); err != nil {
		return nil, err
	}
	return &Schema{root: root, names: builder.names()}, nil
}

func checkSize(pointer string, value any, depth int, left *int) error {
	if *left--; *left < 0 {
		return &Error{Message: fmt.Sprintf("the schema has more than %d values", maxSchemaValues)}
	}
	if depth > maxSchemaDepth {
		return &Error{Message: fmt.Sprintf("the schema is nested more than %d levels deep", maxSchemaDepth)}
	}
	switch v := value.(type) {
	case map[string]any:
		for name, field := range v {
			if err := checkSize(pointer+"/"+pointerEscape.Replace(name), field, depth+1, left); err != nil {
				return err
			}
		}
	case []any:
		for i, item := range v {
			if err := checkSize(pointer+"/"+strconv.Itoa(i), item, depth+1, left); err != nil {
				return err
			}
		}
	case nil, bool, string, int64, float64:
	default:
		return &Error{Pointer: pointer, Message: "is not a plain JSON value"}
	}
	return nil
}

// noLoader refuses every reference out of the schema.
type noLoader struct{}

var errOutside = errors.New("reference to the outside")

func (noLoader) Load(string) (any, error) { return nil, errOutside }

// pattern is a compiled regular expression and what it costs.
type pattern struct {
	*regexp.Regexp
	size int // instructions
}

// compilePattern also gives the size of the pattern, which must be no more than
// what is left to the schema.
func compilePattern(source string, left int) (jsonschema.Regexp, int, error) {
	if left <= 0 {
		return nil, 0, errors.New("the patterns of the schema are too large together; use fewer or smaller ones")
	}
	tree, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return nil, 0, err
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, 0, err
	}
	if len(program.Inst) > maxPatternSize {
		return nil, 0, errors.New("the pattern is too large; use fewer or smaller repetitions")
	}
	compiled, err := regexp.Compile(source)
	if err != nil {
		return nil, 0, err
	}
	return &pattern{compiled, len(program.Inst)}, len(program.Inst), nil
}

// translate says in our words, without the address, what the library found.
func translate(err error) error {
	var invalid *jsonschema.SchemaValidationError
	var load *jsonschema.LoadURLError
	var pattern *jsonschema.InvalidRegexError
	var pointer *jsonschema.JSONPointerNotFoundError
	switch {
	case errors.As(err, &invalid):
		return translateInvalid(invalid)
	case errors.As(err, &load):
		return &Error{Message: fmt.Sprintf("%q is outside of the schema; references stay within it (#/$defs/name), and $schema is %s or left out",
			shorten(strings.TrimPrefix(load.URL, base)), jsonschema.Draft2020)}
	case errors.As(err, &pattern):
		return &Error{Pointer: within(pattern.URL), Message: fmt.Sprintf("the pattern %q cannot be used: %v", shorten(pattern.Regex), pattern.Err)}
	case errors.As(err, &pointer):
		return &Error{Message: fmt.Sprintf("the reference to %q leads nowhere in the schema", "#"+within(fmt.Sprint(pointer)))}
	default:
		return &Error{Message: strings.ReplaceAll(err.Error(), base, "")}
	}
}

// within is the part of a location after the schema's address.
func within(location string) string {
	_, fragment, found := strings.Cut(location, "#")
	if !found {
		return ""
	}
	fragment, _, _ = strings.Cut(fragment, `"`)
	if plain, err := url.PathUnescape(fragment); err == nil {
		return plain
	}
	return fragment
}

// translateInvalid tells the deepest fault that the meta-schema shows: the
// outer ones only say that something within is wrong.
func translateInvalid(err *jsonschema.SchemaValidationError) error {
	var invalid *jsonschema.ValidationError
	if !errors.As(err.Err, &invalid) {
		return &Error{Message: "the schema is not one of draft 2020-12"}
	}
	var deepest *jsonschema.ValidationError
	var visit func(*jsonschema.ValidationError)
	visit = func(fault *jsonschema.ValidationError) {
		if len(fault.Causes) == 0 && (deepest == nil || compareFaults(deepest, fault) < 0) {
			deepest = fault
		}
		for _, cause := range fault.Causes {
			if _, isName := fault.ErrorKind.(*kind.PropertyNames); isName {
				cause.InstanceLocation = fault.InstanceLocation // a name has no place of its own
			}
			visit(cause)
		}
	}
	visit(invalid)
	at := within(err.URL)
	for _, token := range deepest.InstanceLocation {
		at += "/" + pointerEscape.Replace(token)
	}
	return &Error{Pointer: at, Message: metaMessage(deepest)}
}

// compareFaults orders faults: the deeper ones last, and of equally deep ones
// those that list what is allowed. The library's own order is by chance.
func compareFaults(a, b *jsonschema.ValidationError) int {
	return cmp.Or(
		cmp.Compare(len(a.InstanceLocation), len(b.InstanceLocation)),
		strings.Compare(metaMessage(a), metaMessage(b)),
		slices.Compare(b.InstanceLocation, a.InstanceLocation),
	)
}

func metaMessage(fault *jsonschema.ValidationError) string {
	switch k := fault.ErrorKind.(type) {
	case *kind.Type:
		return "must be " + anyOf(k.Want) + ", is " + k.Got
	case *kind.Enum:
		return "must be one of " + values(k.Want)
	case *kind.Format:
		return fmt.Sprintf("the pattern %s cannot be used: %v", shown(k.Got), k.Err)
	default:
		return k.LocalizedString(message.NewPrinter(language.English))
	}
}

func shorten(text string) string {
	if len(text) <= 60 {
		return text
	}
	return strings.ToValidUTF8(text[:57], "") + "..."
}
