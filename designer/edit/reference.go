package edit

import (
	"slices"

	"redial/engine/component"
	"redial/engine/expression"
	"redial/engine/flow"
)

// rewriter changes the texts of a value that may hold expressions. It gives the
// same text and false where there is nothing to change.
type rewriter func(text string, language expression.Language) (string, bool)

// renaming writes other IDs of steps.
func renaming(names map[string]string) rewriter {
	return func(text string, language expression.Language) (string, bool) {
		return expression.RenameSteps(text, language, names)
	}
}

// maxTexts bounds the bytes of flow files that one edit searches for references.
const maxTexts = 16 << 20

// readsTexts refuses an edit that would search too much text.
func (e *editor) readsTexts(bytes int) error {
	if e.texts += bytes; e.texts > maxTexts {
		return refuse("", "", "That is too much to do at once in a flow of this size. Do it in several edits")
	}
	return nil
}

// rewriteFlow rewrites all expressions of the flow.
func (e *editor) rewriteFlow(rewrite rewriter) {
	if body, changed := e.rewriteBody(e.tree, rewrite); changed {
		e.tree = body
	}
	if callback, found := e.tree.Get("callback"); found {
		if value, changed := rewriteValue(callback, expression.LanguageTemplate, rewrite); changed {
			e.tree = with(e.tree, "callback", value)
		}
	}
}

func (e *editor) rewriteBody(body flow.Object, rewrite rewriter) (flow.Object, bool) {
	steps, _ := get[flow.Object](body, "steps")
	var changed flow.Object
	for i, f := range steps {
		step, isObject := f.Value.(flow.Object)
		if !isObject {
			continue
		}
		if after, touched := e.rewriteStep(step, rewrite); touched {
			if changed == nil {
				changed = slices.Clone(steps)
			}
			changed[i].Value = after
		}
	}
	if changed == nil {
		return body, false
	}
	return with(body, "steps", changed), true
}

func (e *editor) rewriteStep(step flow.Object, rewrite rewriter) (flow.Object, bool) {
	touched := false
	inner, hasInner := bodyPath(step)
	if hasInner {
		value, _ := lookup(step, inner)
		body, _ := value.(flow.Object)
		if after, changed := e.rewriteBody(body, rewrite); changed {
			step, touched = put(step, inner, after), true
		}
	}
	fields, isObject := get[flow.Object](step, "with")
	if !isObject {
		return step, touched
	}
	uses := step.Text("uses")
	for _, f := range fields {
		if hasInner && len(inner) == 2 && f.Name == "do" {
			continue
		}
		if after, changed := e.rewriteField(uses, f, rewrite); changed {
			fields, touched = with(fields, f.Name, after), true
			step = with(step, "with", fields)
		}
	}
	return step, touched
}

// rewriteField rewrites a field of a step. Conditions and the like are bare
// expressions, all other texts templates.
func (e *editor) rewriteField(uses string, f flow.Field, rewrite rewriter) (any, bool) {
	if uses == usesBranch && f.Name == "paths" {
		return rewritePaths(f.Value, rewrite)
	}
	if text, isText := f.Value.(string); isText && e.isExpression(uses, f.Name) {
		return rewriteText(text, expression.LanguageExpression, rewrite)
	}
	return rewriteValue(f.Value, expression.LanguageTemplate, rewrite)
}

// isExpression tells fields whose text is an expression without braces.
func (e *editor) isExpression(uses, field string) bool {
	if uses == usesEach && field == "items" {
		return true
	}
	kind := e.kind(uses)
	return kind != nil && slices.ContainsFunc(kind.Fields, func(f component.Field) bool {
		return f.Name == field && f.Kind == component.KindExpression
	})
}

// rewritePaths rewrites the conditions of a branch.
func rewritePaths(value any, rewrite rewriter) (any, bool) {
	paths, isList := value.([]any)
	if !isList {
		return value, false
	}
	var changed []any
	for i, item := range paths {
		path, _ := item.(flow.Object)
		when, isText := get[string](path, "when")
		if !isText {
			continue
		}
		if after, touched := rewrite(when, expression.LanguageCondition); touched {
			if changed == nil {
				changed = slices.Clone(paths)
			}
			changed[i] = with(path, "when", after)
		}
	}
	if changed == nil {
		return value, false
	}
	return changed, true
}

func rewriteText(text string, language expression.Language, rewrite rewriter) (any, bool) {
	return rewrite(text, language)
}

// rewriteValue rewrites all texts of a value, names of fields excepted.
func rewriteValue(value any, language expression.Language, rewrite rewriter) (any, bool) {
	switch v := value.(type) {
	case string:
		return rewriteText(v, language, rewrite)
	case flow.Object:
		var changed flow.Object
		for i, f := range v {
			if after, touched := rewriteValue(f.Value, language, rewrite); touched {
				if changed == nil {
					changed = slices.Clone(v)
				}
				changed[i].Value = after
			}
		}
		if changed != nil {
			return changed, true
		}
	case []any:
		var changed []any
		for i, item := range v {
			if after, touched := rewriteValue(item, language, rewrite); touched {
				if changed == nil {
					changed = slices.Clone(v)
				}
				changed[i] = after
			}
		}
		if changed != nil {
			return changed, true
		}
	}
	return value, false
}

// readers are the steps whose own fields read one of the given steps, in the
// order of the file.
func (e *editor) readers(ids map[string]bool) []string {
	var found []string
	e.walk(func(s spot, step flow.Object) bool {
		own := step
		if inner, hasInner := bodyPath(step); hasInner {
			own = put(step, inner, flow.Object{})
		}
		reads := false
		e.rewriteStep(own, func(text string, language expression.Language) (string, bool) {
			for _, ref := range expression.StepReferences(text, language) {
				reads = reads || ids[ref.ID]
			}
			return text, false
		})
		if reads {
			found = append(found, s.id)
		}
		return true
	})
	return found
}
