package expression

import (
	"fmt"
	"sort"
	"strings"
)

// Function describes a function of the language, for documentation and for
// whoever helps the author to write.
type Function struct {
	Name string
	// Topic groups functions: Text, Numbers, Dates, Lists, Objects, Flow.
	Topic string
	// Signature is how it is called: "padStart(text, length, fill?)".
	Signature string
	// Takes and Gives name the kinds of its values and of its result.
	Takes []Parameter
	Gives string
	// Help says in a sentence or two what it does.
	Help string
	// Examples are expressions with their results.
	Examples []Example

	params []param
	// eval is the function. Its arguments have been checked against params; an
	// optional argument that is missing is nil.
	eval func(r *run, args []any) (any, error)
	// over is a function over the items of a list.
	over func(r *run, list []any, each *predicate, rest []any) (any, error)
	// special compiles calls in a way of its own.
	special func(c *compiler, made *node, args []*node) *node
	// result refines the type of the result; nil takes Gives.
	result func(args []*node) *Type
	gives  *Type
	// null is what null as the first value gives; see the null constants.
	null nullRule
}

// Parameter is one value that a function takes.
type Parameter struct {
	Name, Kind         string
	Optional, Variadic bool
}

// Example is an expression and its result, both as they are written.
type Example struct{ Expression, Result string }

// nullRule says what a function makes of null as its first value. A list that
// is null is an empty one, an object that is null an empty one, everywhere.
type nullRule uint8

const (
	// nullGivesNull: nothing in, nothing out.
	nullGivesNull nullRule = iota
	// nullGivesFalse is for questions.
	nullGivesFalse
	// nullHandled: the function looks at null itself.
	nullHandled
)

type param struct {
	name     string
	kinds    []Kind
	optional bool
	variadic bool
	// each is an expression over the items of the list before it.
	each bool
}

// functions is the table of the language, by name.
var functions = map[string]*Function{}

// Functions lists the functions of the language by topic and name.
func Functions() []Function {
	list := make([]Function, 0, len(functions))
	for _, f := range functions {
		list = append(list, *f)
	}
	sort.Slice(list, func(i, j int) bool {
		if list[i].Topic != list[j].Topic {
			return list[i].Topic < list[j].Topic
		}
		return list[i].Name < list[j].Name
	})
	return list
}

// paramKinds are the words for kinds in a declaration. "expression" is an
// expression over the items of the list before it.
var paramKinds = map[string][]Kind{
	"any":        nil,
	"text":       {Text},
	"date":       {Text},
	"number":     {Integer, Number},
	"whole":      {Integer, Number},
	"boolean":    {Boolean},
	"list":       {List},
	"object":     {Object},
	"expression": nil,
}

var resultTypes = map[string]*Type{
	"any": typeAny, "text": typeText, "date": typeDate, "number": typeNumber, "whole": typeInteger,
	"boolean": typeBoolean, "list": typeList, "object": typeObject,
}

// declare adds a function from its declaration, such as
// "padStart(text: text, length: whole, fill?: text) -> text". It panics on a
// wrong declaration, which can only be a mistake in this package.
func declare(topic, declaration, help string, f Function, examples ...string) {
	f.Topic, f.Help = topic, help
	open := strings.IndexByte(declaration, '(')
	shut := strings.LastIndexByte(declaration, ')')
	f.Name = declaration[:open]
	f.Gives = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(declaration[shut+1:]), "->"))
	f.gives = resultTypes[f.Gives]
	var shown []string
	for _, part := range strings.Split(declaration[open+1:shut], ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		p, public := declareParam(part)
		f.params, f.Takes = append(f.params, p), append(f.Takes, public)
		shown = append(shown, shownParam(public))
	}
	f.Signature = f.Name + "(" + strings.Join(shown, ", ") + ")"
	for i := 0; i+1 < len(examples); i += 2 {
		f.Examples = append(f.Examples, Example{Expression: examples[i], Result: examples[i+1]})
	}
	if functions[f.Name] != nil || f.gives == nil || len(examples)%2 != 0 {
		panic("expression: wrong declaration of " + f.Name)
	}
	functions[f.Name] = &f
}

func declareParam(part string) (param, Parameter) {
	name, kind, _ := strings.Cut(part, ":")
	kind = strings.TrimSpace(kind)
	public := Parameter{Kind: kind}
	name, public.Variadic = strings.CutPrefix(name, "...")
	public.Name, public.Optional = strings.CutSuffix(name, "?")
	p := param{name: public.Name, optional: public.Optional || public.Variadic, variadic: public.Variadic, each: kind == "expression"}
	for _, word := range strings.Split(kind, "|") {
		kinds, ok := paramKinds[word]
		if !ok {
			panic(fmt.Sprintf("expression: unknown kind %q in a declaration", word))
		}
		p.kinds = append(p.kinds, kinds...)
	}
	return p, public
}

func shownParam(p Parameter) string {
	switch {
	case p.Variadic:
		return p.Name + ", …"
	case p.Optional:
		return p.Name + "?"
	default:
		return p.Name
	}
}

// param is the declaration of the i-th argument, or nil when there is none.
func (f *Function) param(i int) *param {
	if i < len(f.params) {
		return &f.params[i]
	}
	if last := len(f.params) - 1; last >= 0 && f.params[last].variadic {
		return &f.params[last]
	}
	return nil
}

// allows says whether a kind fits the parameter.
func (p *param) allows(k Kind) bool {
	if len(p.kinds) == 0 || k == Any {
		return true
	}
	if k == Date {
		k = Text
	}
	for _, allowed := range p.kinds {
		if allowed == k {
			return true
		}
	}
	return false
}

// wants describes what fits the parameter.
func (p *param) wants() string {
	var words []string
	for _, k := range p.kinds {
		if k == Integer {
			continue
		}
		words = append(words, kindPhrase(k))
	}
	return strings.Join(words, " or ")
}

var ordinals = [...]string{"first", "second", "third", "fourth", "fifth", "sixth"}

func ordinal(i int) string {
	if i < len(ordinals) {
		return ordinals[i]
	}
	return fmt.Sprintf("%dth", i+1)
}
