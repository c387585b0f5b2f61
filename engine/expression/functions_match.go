package expression

import (
	"errors"
	"regexp"
	"regexp/syntax"
)

func init() {
	const topic = "Text"
	declare(topic, "matches(text: text, pattern: text) -> boolean", "Whether the regular expression (RE2) matches somewhere in the text. Also written text matches pattern.",
		Function{null: nullGivesFalse, special: matchWith("matches", matches)}, `"SKU-12" matches "^SKU-\\d+$"`, `true`)
	declare(topic, "match(text: text, pattern: text) -> any", "The first match of the regular expression: a list of the whole match and its groups, or an object of the groups where they have names. Null where it does not match.",
		Function{special: matchWith("match", match)}, `match("SKU-12", "([A-Z]+)-(\\d+)")`, `["SKU-12","SKU","12"]`, `match("SKU-12", "(?P<number>\\d+)").number`, `"12"`)
}

// pattern is a compiled regular expression and its size, which is what a
// character of the subject may cost.
type pattern struct {
	*regexp.Regexp
	size int
}

// compilePattern bounds a pattern before compiling it: repetitions such as
// (a{500}){2} multiply what the compiler would allocate.
func compilePattern(text string) (*pattern, error) {
	if len(text) > maxPattern {
		return nil, errorf(CodeLimit, "the pattern is too long: %d bytes, at most %d are possible", len(text), maxPattern)
	}
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, errorf(CodeValue, "the pattern is wrong: %s", patternError(err))
	}
	size := patternSize(parsed)
	if size > maxPatternSize {
		return nil, errorf(CodeLimit, "the pattern repeats too much: its repetitions multiply to %d parts, at most %d are possible", size, maxPatternSize)
	}
	compiled, err := regexp.Compile(text)
	if err != nil {
		return nil, errorf(CodeValue, "the pattern is wrong: %s", patternError(err))
	}
	return &pattern{Regexp: compiled, size: size}, nil
}

func patternError(err error) string {
	var e *syntax.Error
	if errors.As(err, &e) {
		return e.Code.String() + " in " + clip(e.Expr, maxText)
	}
	return clip(err.Error(), 2*maxText)
}

// patternSize is the number of parts once repetitions are written out. The
// parser itself bounds nesting and single repetitions.
func patternSize(re *syntax.Regexp) int {
	size := 1 + len(re.Rune)
	for _, sub := range re.Sub {
		size = min(size+patternSize(sub), 1<<30)
	}
	if re.Op == syntax.OpRepeat {
		times := max(re.Min, re.Max, 1)
		if size > (1<<30)/times {
			return 1 << 30
		}
		size *= times
	}
	return size
}

type matcher func(r *run, p *pattern, s string) (any, error)

// matchWith compiles a constant pattern once, and any other when it comes.
func matchWith(name string, do matcher) func(*compiler, *node, []*node) *node {
	return func(c *compiler, made *node, args []*node) *node {
		var constant *pattern
		if text, ok := args[1].constant.(string); ok {
			var err error
			if constant, err = compilePattern(text); err != nil {
				c.fault(args[1].start, args[1].end, FaultType, "%s", err.Error())
				return made
			}
		}
		f := *functions[name]
		f.eval = func(r *run, a []any) (any, error) {
			if a[1] == nil {
				return nullResult(f.null), nil
			}
			s, p := a[0].(string), constant
			if p == nil {
				var err error
				if p, err = r.pattern(a[1].(string)); err != nil {
					return nil, err
				}
			}
			return do(r, p, s)
		}
		made.eval = f.call(args)
		return made
	}
}

// pattern compiles a pattern that was not known before.
func (r *run) pattern(text string) (*pattern, error) {
	if err := r.grow(64 * len(text)); err != nil {
		return nil, err
	}
	p, err := compilePattern(text)
	if err != nil {
		return nil, err
	}
	return p, r.grow(64 * p.size)
}

// chargeMatch charges what RE2 needs at worst: the pattern's size times the
// subject's length, and as often again for each group that it keeps track of.
func (r *run) chargeMatch(p *pattern, length, groups int) error {
	cost := p.size * (1 + groups)
	if length > 0 && cost > 16*maxSteps/length {
		return errorf(CodeLimit, "the pattern is too costly for a text of %d bytes; make either shorter", length)
	}
	return r.work(cost * length / 16)
}

func matches(r *run, p *pattern, s string) (any, error) {
	if err := r.chargeMatch(p, len(s), 0); err != nil {
		return nil, err
	}
	return p.MatchString(s), nil
}

func match(r *run, p *pattern, s string) (any, error) {
	if err := r.chargeMatch(p, len(s), p.NumSubexp()); err != nil {
		return nil, err
	}
	found := p.FindStringSubmatchIndex(s)
	if found == nil {
		return nil, nil
	}
	return p.groups(r, s, found)
}

// groups is a list of the groups, or an object where any has a name.
func (p *pattern) groups(r *run, s string, found []int) (any, error) {
	names := p.SubexpNames()
	if err := r.growObject(len(names)); err != nil {
		return nil, err
	}
	var list []any
	var object map[string]any
	for i, name := range names {
		var v any
		if found[2*i] >= 0 {
			v = s[found[2*i]:found[2*i+1]]
		}
		list = append(list, v)
		if name != "" {
			if object == nil {
				object = map[string]any{}
			}
			object[name] = v
		}
	}
	if object != nil {
		return object, nil
	}
	return list, nil
}
