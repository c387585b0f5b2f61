package designer

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"redial/engine/flow"
	"redial/engine/flowfile"
)

// maxSlug is how long a slug may be, from the public contract.
const maxSlug = 64

// maxCopies bounds the search for a slug that is free.
const maxCopies = 1000

// ErrNoFreeSlug says that too many flows have a slug of the same beginning.
var ErrNoFreeSlug = errors.New("there are too many flows of this slug; give the flow another one")

// PutCopy puts a flow file into the store as a new draft: under its own slug if
// no flow has it, else under order-request-2 and so on. rename makes the name of
// the copy from that of the flow; nil keeps it. The error is that of
// flowfile.Read, or says what is wrong with the slug.
func PutCopy(ctx context.Context, drafts Drafts, source []byte, rename func(string) string) (slug string, err error) {
	document, err := flowfile.Read(source)
	if err != nil {
		return "", err
	}
	original := document.Flow.Slug
	if !flow.ValidSlug(original) {
		return "", &SlugError{original}
	}
	name := document.Flow.Name
	if rename != nil {
		name = rename(name)
	}
	return PutNear(ctx, drafts, source, original, name)
}

// PutNear is PutAs under the slug, or where that is taken under it with a number
// behind.
func PutNear(ctx context.Context, drafts Drafts, source []byte, slug, name string) (string, error) {
	for n := 1; n <= maxCopies; n++ {
		candidate := numbered(slug, n)
		if err := PutAs(ctx, drafts, source, candidate, name); !errors.Is(err, ErrTaken) {
			return candidate, err
		}
	}
	return "", ErrNoFreeSlug
}

// SlugError is a slug that cannot name a flow.
type SlugError struct{ Slug string }

func (e *SlugError) Error() string {
	return fmt.Sprintf("the flow's slug is %q; it is made of a-z, 0-9 and -, 64 at most", e.Slug)
}

// numbered is a slug with a number behind it, unless that is 1.
func numbered(slug string, n int) string {
	if n == 1 {
		return slug
	}
	if base, last, found := cutLast(slug, "-"); found {
		// A copy of order-request-2 is order-request-3, no order-request-2-2.
		if before, err := strconv.Atoi(last); err == nil && before > 1 && before < maxCopies && base != "" {
			slug, n = base, before+n-1
		}
	}
	suffix := "-" + strconv.Itoa(n)
	return strings.TrimRight(slug[:min(len(slug), maxSlug-len(suffix))], "-") + suffix
}

func cutLast(text, separator string) (before, after string, found bool) {
	i := strings.LastIndex(text, separator)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(separator):], true
}

// relabel gives a flow file another slug and name. The file keeps its comments
// and its form where both stand in it in a plain way; else it is written anew.
func relabel(source []byte, document *flowfile.Document, slug, name string) ([]byte, error) {
	f := document.Flow
	if f.Slug == slug && f.Name == name {
		return source, nil
	}
	changed, replaced := replaceLine(source, "slug", f.Slug, slug)
	if replaced && name != f.Name {
		changed, replaced = replaceLine(changed, "name", f.Name, name)
	}
	if replaced {
		again, err := flowfile.Read(changed)
		if err == nil && again.Flow.Slug == slug && again.Flow.Name == name && len(again.Problems) == len(document.Problems) {
			return changed, nil
		}
	}
	tree := document.Tree().Set("slug", slug)
	if name != f.Name {
		tree = tree.Set("name", name)
	}
	return flowfile.WriteTree(tree)
}

// replaceLine replaces the value of a key of the flow where it is the whole rest
// of a line.
func replaceLine(source []byte, key, old, with string) ([]byte, bool) {
	line := "\n" + key + ": " + old + "\n"
	text := "\n" + string(source)
	if strings.Count(text, line) != 1 || strings.ContainsAny(with, "\r\n") {
		return nil, false
	}
	return []byte(strings.Replace(text, line, "\n"+key+": "+with+"\n", 1)[1:]), true
}
