package edit

import (
	"math"
	"slices"

	"redial/engine/flow"
)

// holdFrames keeps what is in a frame where people see it. A frame begins at the
// leftmost and topmost of its inner cards, so when these change, the frame is moved
// by as much. The innermost frames come first: they are cards of those around them.
func (e *editor) holdFrames() error {
	frames := framesOf(e.shown)
	for _, f := range slices.Backward(frames) {
		id := f.id
		if renamed, ok := e.result.Renamed[id]; ok {
			id = renamed
		}
		at, step, found := e.find(id)
		if !found {
			continue
		}
		inner, hasInner := bodyPath(step)
		if !hasInner {
			continue
		}
		body := append(at.path(), inner...)
		now := e.cards(body)
		if len(now) == 0 || len(f.cards) == 0 || !e.placedByHand(body) {
			continue
		}
		from, to := e.corner(f.cards), e.corner(now)
		if from == to {
			continue
		}
		if err := e.pin(at.body); err != nil {
			return err
		}
		place := e.position(id, step)
		place.X, place.Y = place.X+to.X-from.X, place.Y+to.Y-from.Y
		if err := e.place(at.body, map[string]flow.Position{id: place}); err != nil {
			return err
		}
	}
	return nil
}

// frame is a step with inner steps.
type frame struct {
	id    string
	cards flow.Object
}

// framesOf are the frames of a flow file, outer ones first.
func framesOf(tree flow.Object) []frame {
	var frames []frame
	walk(tree, nil, "", func(s spot, step flow.Object) bool {
		inner, hasInner := bodyPath(step)
		if !hasInner {
			return true
		}
		value, _ := lookup(step, inner)
		body, _ := value.(flow.Object)
		steps, _ := get[flow.Object](body, "steps")
		frames = append(frames, frame{s.id, slices.DeleteFunc(slices.Clone(steps), func(f flow.Field) bool {
			_, isObject := f.Value.(flow.Object)
			return !isObject
		})})
		return true
	})
	return frames
}

// corner is the upper left corner of all cards of a body.
func (e *editor) corner(cards flow.Object) flow.Position {
	corner := flow.Position{X: math.Inf(1), Y: math.Inf(1)}
	for _, f := range cards {
		at := e.position(f.Name, f.Value.(flow.Object))
		corner.X, corner.Y = min(corner.X, at.X), min(corner.Y, at.Y)
	}
	return corner
}
