package web

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// about says where a value is from: "from the run 2 minutes ago".
func (d dataSource) about() string {
	switch d.Origin {
	case fromPin:
		return "pinned"
	case fromRun:
		if d.Of != "" {
			return d.Of
		}
		return "from the run " + agoWords(time.Since(d.At))
	case fromPayload:
		return "the test payload"
	case fromExample:
		return "an example of " + d.Of
	case fromDraft, fromNowhere:
	}
	return ""
}

// with is the same for what was made of a value: "the run 2 minutes ago".
func (d dataSource) with() string {
	switch d.Origin {
	case fromPin:
		return "the pinned output"
	case fromRun:
		if d.Of != "" {
			return d.Of
		}
		return "the data of the run " + agoWords(time.Since(d.At))
	case fromPayload:
		return "the test payload"
	case fromExample:
		return "the example of " + d.Of
	case fromDraft, fromNowhere:
	}
	return ""
}

// agoWords is a span of time as people speak of it.
func agoWords(span time.Duration) string {
	units := []struct {
		name string
		size time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}}
	for _, unit := range units {
		if n := int(span / unit.size); n > 1 {
			return fmt.Sprintf("%d %ss ago", n, unit.name)
		} else if n == 1 {
			return "1 " + unit.name + " ago"
		}
	}
	return "just now"
}

// madeWith says in one word and in a few which data were read by some paths:
// the word is that of the least real of them. Something is lacking where one has no
// data yet.
func (d *draftData) madeWith(paths [][]string) (origin dataOrigin, words string, lacking bool) {
	weakest := []dataOrigin{fromNowhere, fromDraft, fromPin, fromRun, fromPayload, fromExample}
	origin = fromNowhere
	var parts, missing []string
	large := ""
	for _, path := range paths {
		_, source, known := d.source(path)
		if !known {
			continue
		}
		if slices.Index(weakest, source.Origin) > slices.Index(weakest, origin) {
			origin = source.Origin
		}
		if source.Large {
			large = d.nameOf(path)
		}
		if source.Origin == fromNowhere {
			missing = append(missing, d.missing(path)...)
		}
		if part := source.with(); part != "" && !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	slices.Sort(missing)
	missing = slices.Compact(missing)
	const most = 3
	if len(parts) > most {
		parts = append(parts[:most], "others")
	}
	switch {
	case large != "":
		words = "what " + large + " put out in the last run is too large to be tried on; pin a smaller output to it"
	case len(missing) > 0:
		words = "There is no data of " + strings.Join(missing[:min(len(missing), most)], " and ") + " yet: run a test, or pin an output."
	case len(parts) > 0:
		words = "with " + strings.Join(parts, " and ")
	}
	return origin, words, len(missing) > 0 && large == ""
}

// nameOf is what people call what a path begins with.
func (d *draftData) nameOf(path []string) string {
	if path[0] == "steps" && len(path) > 1 {
		return d.title(path[1])
	}
	return path[0]
}
