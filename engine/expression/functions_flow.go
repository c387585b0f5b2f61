package expression

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"
)

func init() {
	const topic = "Flow"
	declare(topic, "default(x: any, otherwise: any) -> any", "The value, or the other one where it is null or empty text. ?? does the same for null only.",
		Function{null: nullHandled, special: orDefault}, `default("", "none")`, `"none"`, `default(0, 5)`, `0`)
	declare(topic, "ran(step: text) -> boolean", "Whether the step ran; false for one that was skipped. The step is named by a constant text.",
		Function{special: ran})
	declare(topic, "uuid() -> text", "A random UUID. It is the same again when a step is repeated after a crash.", Function{eval: uuid})
	declare(topic, "typeOf(x: any) -> text", `What kind of value it is: "null", "boolean", "number", "text", "list" or "object".`, Function{null: nullHandled, eval: typeOf}, `typeOf([1])`, `"list"`)
	declare("Dates", "now() -> date", "The moment at which the step started, in UTC. It is the same everywhere in a step.", Function{eval: func(r *run, _ []any) (any, error) {
		return r.values.Now.UTC().Format(time.RFC3339Nano), nil
	}})
}

func orDefault(_ *compiler, made *node, args []*node) *node {
	x, otherwise := args[0], args[1]
	made.typ = join(x.typ.certain(), otherwise.typ)
	if x.typ.kind() == Null {
		made.typ = otherwise.typ
	}
	made.eval = func(r *run) (any, error) {
		v, err := x.value(r)
		if err != nil || (v != nil && v != "") {
			return v, err
		}
		return otherwise.value(r)
	}
	return made
}

func ran(c *compiler, made *node, args []*node) *node {
	id, ok := args[0].constant.(string)
	if !ok {
		c.fault(args[0].start, args[0].end, FaultArguments, `ran takes the constant name of a step, as in ran("check_inventory")`)
		return made
	}
	if c.scope != nil {
		if info, known := c.scope.find(id); !known {
			c.unknownStep(id, args[0].start, args[0].end)
		} else if !info.Upstream {
			c.step(id, args[0].start, args[0].end)
		}
	}
	c.read(&node{path: []string{"steps", id}, start: made.start, end: made.end})
	made.eval = func(r *run) (any, error) {
		if r.values.Step == nil {
			return false, nil
		}
		_, ran := r.values.Step(id)
		return ran, nil
	}
	return made
}

// uuid makes version 4 UUIDs of the hash of the seed and a counter.
func uuid(r *run, _ []any) (any, error) {
	if err := r.work(16); err != nil {
		return nil, err
	}
	n := atomic.AddInt64(&r.values.uuids, 1)
	seed := binary.BigEndian.AppendUint64([]byte(r.values.Seed), uint64(n))
	sum := sha256.Sum256(seed)
	sum[6] = sum[6]&0x0f | 0x40
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16]), nil
}

func typeOf(_ *run, a []any) (any, error) {
	switch kindOf(a[0]) {
	case Null:
		return "null", nil
	case Boolean:
		return "boolean", nil
	case Integer, Number:
		return "number", nil
	case Text:
		return "text", nil
	case List:
		return "list", nil
	default:
		return "object", nil
	}
}

// stepIDs are the steps of the scope in order.
func (s *Scope) stepIDs() []string {
	if s.Finder != nil {
		return slices.Sorted(slices.Values(s.Finder.StepIDs()))
	}
	return slices.Sorted(maps.Keys(s.Steps))
}
