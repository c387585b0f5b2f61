package inspector

import (
	"strconv"

	"redial/engine/component"
	"redial/engine/flow"
)

// pathForm is one path of a branch: its name, and when it is taken.
type pathForm struct {
	place
	Name, When *formField
	// Otherwise says that the path has no condition and takes the rest.
	Otherwise bool
	Index     int
	Count     int
	branch    *formField
}

var (
	pathNameField = component.Field{Name: "name", Title: "Path", Kind: component.KindText, Literal: true, Required: true}
	pathWhenField = component.Field{Name: "when", Title: "Taken when", Kind: component.KindCondition}
)

// paths are the controls of a branch's paths.
func (f *Form) paths(m *formField) {
	list, _ := m.Value.([]any)
	for i, value := range list {
		path, _ := value.(flow.Object)
		at := m.place.item(i)
		_, conditional := path.Get("when")
		made := &pathForm{
			place: at, Index: i, Count: len(list), branch: m, Otherwise: !conditional,
			Name: f.field(&pathNameField, at, path), When: f.field(&pathWhenField, at, path),
		}
		made.When.spoken = made.Name.Text() + " is taken when"
		m.Paths = append(m.Paths, made)
	}
}

// hasOtherwise reports whether the last path takes the rest.
func (m *formField) hasOtherwise() bool {
	return len(m.Paths) > 0 && m.Paths[len(m.Paths)-1].Otherwise
}

// freePath is a name that no path has.
func (m *formField) freePath(name string) string {
	for n := 1; ; n++ {
		candidate := name
		if n > 1 {
			candidate += "_" + strconv.Itoa(n)
		}
		taken := false
		for _, path := range m.Paths {
			taken = taken || path.Name.Text() == candidate
		}
		if !taken {
			return candidate
		}
	}
}

// AddPath puts one more path before the one that takes the rest.
func (m *formField) AddPath() string {
	return m.insertPath(flow.Object{{Name: "name", Value: m.freePath("path")}, {Name: "when", Value: ""}}, m.nextPath())
}

func (m *formField) nextPath() int {
	if m.hasOtherwise() {
		return len(m.Paths) - 1
	}
	return len(m.Paths)
}

// AddOtherwise puts a path at the end that takes the rest.
func (m *formField) AddOtherwise() string {
	return m.insertPath(flow.Object{{Name: "name", Value: m.freePath("otherwise")}}, len(m.Paths))
}

func (m *formField) insertPath(path flow.Object, index int) string {
	if len(m.Paths) == 0 {
		return m.Set([]any{path})
	}
	return operations(m.operation("insert", m.Path, flow.Field{Name: "index", Value: int64(index)}, flow.Field{Name: "value", Value: path}))
}

// NextPath is the place of the path that AddPath makes.
func (m *formField) NextPath() string { return m.item(m.nextPath()).Path }

// Remove deletes the path with its edges.
func (p *pathForm) Remove() string {
	return operations(p.branch.operation("unset", p.Path))
}

// Shift moves the path by one place.
func (p *pathForm) Shift(by int) string {
	return operations(p.branch.operation("shift", p.branch.Path, flow.Field{Name: "from", Value: int64(p.Index)}, flow.Field{Name: "to", Value: int64(p.Index + by)}))
}

// Movable reports whether the path can stand elsewhere by so many places: the
// one that takes the rest stays last.
func (p *pathForm) Movable(by int) bool {
	to := p.Index + by
	return !p.Otherwise && to >= 0 && to < p.Count && !p.branch.Paths[to].Otherwise
}
