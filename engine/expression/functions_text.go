package expression

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func init() {
	const topic = "Text"
	declare(topic, "text(x: any) -> text", "The value as text, as a template writes it: null is empty, numbers are plain decimals, lists and objects compact JSON.",
		Function{null: nullHandled, eval: func(r *run, a []any) (any, error) { return r.text(a[0]) }},
		`text(12.50)`, `"12.5"`, `text([1, null])`, `"[1,null]"`)
	declare(topic, "upper(text: text) -> text", "The text in capital letters.",
		Function{eval: mapText(strings.ToUpper)}, `upper("café")`, `"CAFÉ"`)
	declare(topic, "lower(text: text) -> text", "The text in small letters.",
		Function{eval: mapText(strings.ToLower)}, `lower("ÄB")`, `"äb"`)
	declare(topic, "trim(text: text, characters?: text) -> text", "The text without spaces and line breaks, or the given characters, at its ends.",
		Function{eval: trim}, `trim("  a b ")`, `"a b"`, `trim("--x-", "-")`, `"x"`)
	declare(topic, "capitalize(text: text) -> text", "The text with its first letter as a capital one; the rest stays as it is.",
		Function{eval: capitalize}, `capitalize("order request")`, `"Order request"`)
	declare(topic, "slug(text: text) -> text", "The text as part of an address: small letters and digits, joined by single hyphens; accents are dropped.",
		Function{eval: slug}, `slug("Crème brûlée, 2 pcs")`, `"creme-brulee-2-pcs"`)
	declare(topic, "split(text: text, separator: text) -> list", "The parts between the separators; an empty separator gives the characters. Null has no parts.",
		Function{null: nullHandled, eval: split, result: textList}, `split("a,b,,c", ",")`, `["a","b","","c"]`)
	declare(topic, "join(list: list, separator?: text) -> text", "The items as text, with the separator between them. Null items are left out.",
		Function{eval: joinText}, `join(["a", null, 2], ", ")`, `"a, 2"`)
	declare(topic, "replace(text: text, old: text, new: text) -> text", "The text with every old replaced by new.",
		Function{eval: replace}, `replace("a-b-c", "-", "")`, `"abc"`)
	declare(topic, "padStart(text: text|number, length: whole, fill?: text) -> text", "The text made at least as long as length, by fill (a space) before it.",
		Function{eval: pad(true)}, `padStart(7, 3, "0")`, `"007"`)
	declare(topic, "padEnd(text: text|number, length: whole, fill?: text) -> text", "The text made at least as long as length, by fill (a space) after it.",
		Function{eval: pad(false)}, `padEnd("ab", 4, ".")`, `"ab.."`)
	declare(topic, "repeat(text: text, times: whole) -> text", "The text, so many times.",
		Function{eval: repeat}, `repeat("ab", 3)`, `"ababab"`)
	declare(topic, "truncate(text: text, length: whole, ending?: text) -> text", "The text cut to length characters; where something is cut off, the ending (…) takes the last of them.",
		Function{eval: truncate}, `truncate("Order request", 8)`, `"Order r…"`, `truncate("Order", 8)`, `"Order"`)
	declare(topic, "indexOf(text: text|list, part: any) -> whole", "Where the part first stands, counted from 0; -1 where it does not. Works on lists too.",
		Function{eval: indexOf}, `indexOf("a-b", "-")`, `1`, `indexOf(["a", "b"], "c")`, `-1`)
	declare(topic, "contains(text: text|list, part: any) -> boolean", "Whether the part is in the text, or the value in the list. Also written text contains part.",
		Function{null: nullGivesFalse, eval: func(r *run, a []any) (any, error) { return r.contains(a[0], a[1]) }},
		`"order" contains "rde"`, `true`, `contains([1, 2], 2)`, `true`)
	declare(topic, "startsWith(text: text, part: text) -> boolean", "Whether the text begins with the part. Also written text startsWith part.",
		Function{null: nullGivesFalse, eval: affix(strings.HasPrefix)}, `"order-7" startsWith "order"`, `true`)
	declare(topic, "endsWith(text: text, part: text) -> boolean", "Whether the text ends with the part. Also written text endsWith part.",
		Function{null: nullGivesFalse, eval: affix(strings.HasSuffix)}, `endsWith("a.pdf", ".pdf")`, `true`)
}

// mapText is for functions that change the whole text. Case mapping may make a
// text longer, at most threefold.
func mapText(change func(string) string) func(*run, []any) (any, error) {
	return func(r *run, a []any) (any, error) {
		s := a[0].(string)
		if err := r.grow(2 * len(s)); err != nil {
			return nil, err
		}
		return change(s), nil
	}
}

func trim(r *run, a []any) (any, error) {
	s := a[0].(string)
	if err := r.work(len(s) / 16); err != nil {
		return nil, err
	}
	if a[1] == nil {
		return strings.TrimSpace(s), nil
	}
	cut := a[1].(string)
	if err := r.work(len(s) / 16 * (1 + len(cut))); err != nil {
		return nil, err
	}
	return strings.Trim(s, cut), nil
}

func capitalize(r *run, a []any) (any, error) {
	s := a[0].(string)
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 || unicode.ToTitle(first) == first {
		return s, nil
	}
	return r.concat(string(unicode.ToTitle(first)), s[size:])
}

func slug(r *run, a []any) (any, error) {
	s := a[0].(string)
	// Taking a character apart makes it at most eleven times as long.
	if err := r.grow(12 * len(s)); err != nil {
		return nil, err
	}
	var b strings.Builder
	gap := false
	for _, c := range norm.NFKD.String(strings.ReplaceAll(s, "ß", "ss")) {
		switch {
		case unicode.Is(unicode.Mn, c):
			continue
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(unicode.ToLower(c))
		case c != '\'' && c != '’':
			gap = true
		}
	}
	return b.String(), nil
}

func textList([]*node) *Type { return listOf(typeText) }

func split(r *run, a []any) (any, error) {
	if a[0] == nil {
		return emptyList, nil
	}
	s, separator := a[0].(string), a[1].(string)
	n := utf8.RuneCountInString(s)
	if separator != "" {
		n = strings.Count(s, separator) + 1
	}
	if err := r.growList(2 * n); err != nil {
		return nil, err
	}
	if err := r.work(len(s) / 16); err != nil {
		return nil, err
	}
	parts := strings.Split(s, separator)
	list := make([]any, len(parts))
	for i, part := range parts {
		list[i] = part
	}
	return list, nil
}

func joinText(r *run, a []any) (any, error) {
	separator, _ := a[1].(string)
	var b strings.Builder
	first := true
	for _, item := range a[0].([]any) {
		if item = plain(item); item == nil {
			continue
		}
		s, err := r.text(item)
		if err != nil {
			return nil, err
		}
		if err := r.grow(len(s) + len(separator) + 1); err != nil {
			return nil, err
		}
		if !first {
			b.WriteString(separator)
		}
		first = false
		b.WriteString(s)
	}
	return b.String(), nil
}

func replace(r *run, a []any) (any, error) {
	s, old, with := a[0].(string), a[1].(string), a[2].(string)
	if err := r.work(len(s) / 16); err != nil {
		return nil, err
	}
	if old == "" {
		return nil, errorf(CodeValue, "replace needs to know what to replace, and the old text is empty")
	}
	n := strings.Count(s, old)
	if err := growProduct(r, n, len(with)-len(old), len(s)); err != nil {
		return nil, err
	}
	return strings.ReplaceAll(s, old, with), nil
}

// growProduct charges n*size+more bytes without overflowing.
func growProduct(r *run, n, size, more int) error {
	if size > 0 && n > maxMemory/size {
		return r.grow(maxMemory + 1)
	}
	return r.grow(max(n*size+more, 0))
}

func repeat(r *run, a []any) (any, error) {
	s := a[0].(string)
	times, err := count(a[1])
	if err != nil {
		return nil, err
	}
	if s == "" {
		return "", nil
	}
	if err := growProduct(r, times, len(s), 0); err != nil {
		return nil, err
	}
	return strings.Repeat(s, times), nil
}

// count reads how many; less than none is none. What is more than memory could
// hold becomes just that.
func count(v any) (int, error) {
	n, ok := wholeNumber(v)
	if !ok {
		return 0, errorf(CodeType, "a whole number is needed here, and this is %s", describe(v))
	}
	return int(min(max(n, 0), maxMemory+1)), nil
}

func pad(start bool) func(*run, []any) (any, error) {
	return func(r *run, a []any) (any, error) {
		s, err := r.text(a[0])
		if err != nil {
			return nil, err
		}
		length, err := count(a[1])
		if err != nil {
			return nil, err
		}
		fill := " "
		if a[2] != nil {
			fill = a[2].(string)
		}
		missing := length - utf8.RuneCountInString(s)
		if missing <= 0 || fill == "" {
			return s, nil
		}
		if err := growProduct(r, missing, utf8.UTFMax+1, len(s)+len(fill)); err != nil {
			return nil, err
		}
		runes := []rune(fill)
		var b strings.Builder
		for i := range missing {
			b.WriteRune(runes[i%len(runes)])
		}
		if start {
			return b.String() + s, nil
		}
		return s + b.String(), nil
	}
}

func truncate(r *run, a []any) (any, error) {
	s := a[0].(string)
	length, err := count(a[1])
	if err != nil {
		return nil, err
	}
	ending := "…"
	if a[2] != nil {
		ending = a[2].(string)
	}
	if err := r.work(len(s) / 16); err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(s) <= length {
		return s, nil
	}
	keep := max(length-utf8.RuneCountInString(ending), 0)
	return r.concat(s[:runeOffset(s, keep)], ending[:runeOffset(ending, length)])
}

func indexOf(r *run, a []any) (any, error) {
	switch v := a[0].(type) {
	case string:
		part, ok := a[1].(string)
		if !ok {
			return nil, errorf(CodeType, "indexOf looks for text in text, and this is %s", describe(a[1]))
		}
		if err := r.work(len(v) / 16); err != nil {
			return nil, err
		}
		i := strings.Index(v, part)
		if i > 0 {
			i = utf8.RuneCountInString(v[:i])
		}
		return int64(i), nil
	default:
		i, err := r.find(v.([]any), a[1])
		return int64(i), err
	}
}

// find is the place of a value in a list, or -1.
func (r *run) find(list []any, v any) (int, error) {
	for i, item := range list {
		if err := r.work(1); err != nil {
			return -1, err
		}
		same, err := r.equal(plain(item), v, 0)
		if err != nil {
			return -1, err
		}
		if same {
			return i, nil
		}
	}
	return -1, nil
}

// contains is for text and lists; null contains nothing.
func (r *run) contains(whole, part any) (bool, error) {
	switch v := whole.(type) {
	case nil:
		return false, nil
	case string:
		if part == nil {
			return false, nil
		}
		s, ok := part.(string)
		if !ok {
			return false, errorf(CodeType, "text contains text, and this is %s%s", describe(part), conversion(Text, kindOf(part)))
		}
		return strings.Contains(v, s), r.work(len(v) / 16)
	case []any:
		i, err := r.find(v, part)
		return i >= 0, err
	case map[string]any:
		return false, errorf(CodeType, "contains looks into text or a list, and this is %s; ask for a field with in, as in \"name\" in object", describe(whole))
	default:
		return false, errorf(CodeType, "contains looks into text or a list, and this is %s", describe(whole))
	}
}

func affix(has func(s, part string) bool) func(*run, []any) (any, error) {
	return func(_ *run, a []any) (any, error) {
		part, ok := a[1].(string)
		return ok && has(a[0].(string), part), nil
	}
}
