package designer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"redial/engine"
	"redial/engine/flow"
	"redial/engine/flowfile"
)

// Errors of giving a flow a slug.
var (
	// ErrTaken says that another flow has the slug.
	ErrTaken = errors.New("another flow has this URL; choose another one")
	// ErrFixed says that callers may know the flow's slug.
	ErrFixed = errors.New("the flow has been published, so its URL stays as it is; make a copy under another one instead")
)

// unnamed is the slug of a flow whose name has nothing that a slug can hold.
const unnamed = "flow"

// maxNameRead bounds how much of a name becomes a slug, in bytes: more than fits.
const maxNameRead = 1000

// SlugOf is the slug that a name suggests: small letters and digits, joined by
// single hyphens; accents are dropped. It is always a valid one.
func SlugOf(name string) string {
	name = strings.ToValidUTF8(name[:min(len(name), maxNameRead)], "")
	var b strings.Builder
	gap := false
	for _, c := range norm.NFKD.String(strings.ToLower(strings.ReplaceAll(name, "ß", "ss"))) {
		switch {
		case b.Len() == maxSlug:
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			if gap && b.Len() > 0 && b.Len() < maxSlug-1 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(c)
		case !unicode.Is(unicode.Mn, c) && c != '\'' && c != '’':
			gap = true
		}
	}
	if b.Len() == 0 {
		return unnamed
	}
	return b.String()
}

// FreeSlug is a slug that no flow has: the one given, or it with a number behind.
func FreeSlug(ctx context.Context, drafts Drafts, slug string) (string, error) {
	for n := 1; n <= maxCopies; n++ {
		candidate := numbered(slug, n)
		_, _, err := drafts.Source(ctx, candidate)
		if errors.Is(err, engine.ErrNotFound) {
			return candidate, nil
		}
		if err != nil {
			return "", err
		}
	}
	return "", ErrNoFreeSlug
}

// PutAs puts a flow file into the store as a new draft under a slug of its own,
// with a name. The error is ErrTaken, that of flowfile.Read, or a *SlugError.
func PutAs(ctx context.Context, drafts Drafts, source []byte, slug, name string) error {
	if !flow.ValidSlug(slug) {
		return &SlugError{slug}
	}
	document, err := flowfile.Read(source)
	if err != nil {
		return err
	}
	changed, err := relabel(source, document, slug, name)
	if err != nil {
		return err
	}
	absent := int64(0)
	if _, _, err = drafts.Put(ctx, slug, name, changed, &absent); errors.Is(err, ErrRevision) {
		return ErrTaken
	}
	return err
}

// Mover is where flows that were never published are given other slugs.
type Mover interface {
	Drafts
	// Move puts a draft under another slug: its source as it is to be then, made of
	// a revision. ErrRevision, ErrTaken, ErrFixed; engine.ErrNotFound.
	Move(ctx context.Context, from, to string, source []byte, revision int64) error
}

// moveTries is how often a move is made anew where others edit meanwhile.
const moveTries = 5

// Move gives a flow that was never published another slug. The errors are those
// of Mover.Move, or a *SlugError.
func Move(ctx context.Context, drafts Mover, from, to string) error {
	if !flow.ValidSlug(to) {
		return &SlugError{to}
	}
	if from == to {
		return nil
	}
	for try := 1; ; try++ {
		source, revision, err := drafts.Source(ctx, from)
		if err != nil {
			return err
		}
		document, err := flowfile.Read(source)
		if err != nil {
			return fmt.Errorf("the draft cannot be read: %w", err)
		}
		changed, err := relabel(source, document, to, document.Flow.Name)
		if err != nil {
			return err
		}
		if err = drafts.Move(ctx, from, to, changed, revision); !errors.Is(err, ErrRevision) || try == moveTries {
			return err
		}
	}
}
