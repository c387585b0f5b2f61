package canvas

import (
	"cmp"
	"math"
	"slices"
)

// router finds ways for edges around the cards of one body.
type router struct {
	boxes   []Box
	columns map[int][]int // boxes by the stretches of the x axis that they touch
	lanes   []lane
	// work bounds what routing a whole graph can cost, in comparisons of an edge
	// with a card. Edges that come after that are drawn straight through.
	work int
}

// lane is a level that an edge runs on.
type lane struct {
	y, from, to float64
	edge        [2]int
}

const (
	routerColumn  = 320
	routerWork    = 1_500_000
	routerSamples = 24
	clearance     = 6 // between a curve and a card that it passes
)

func newRouter(boxes []Box) *router {
	r := &router{boxes: boxes, columns: map[int][]int{}, work: routerWork}
	for i, b := range boxes {
		for c := column(b.X); c <= column(b.Right()); c++ {
			r.columns[c] = append(r.columns[c], i)
		}
	}
	return r
}

func column(x float64) int { return int(math.Floor(x / routerColumn)) }

// route is the path of an edge between two boxes, and the place halfway on it.
func (r *router) route(from, to Point, source, target int) (string, Point) {
	middle := Point{(from.X + to.X) / 2, (from.Y + to.Y) / 2}
	if to.X-from.X < 2*Ramp {
		return Path(from, to), middle
	}
	inWay := r.between(from.X, to.X, source, target)
	if len(inWay) == 0 || !r.hits(inWay, straight(from, to)) {
		return Path(from, to), middle
	}
	for _, y := range r.levels(inWay, from, to, [2]int{source, target}) {
		if !r.hits(inWay, onLane(from, to, y)) {
			r.lanes = append(r.lanes, lane{y, from.X, to.X, [2]int{source, target}})
			return LanePath(from, to, y), Point{middle.X, y}
		}
	}
	return Path(from, to), middle
}

// between are the boxes that stand between two places, without those that an
// edge joins.
func (r *router) between(left, right float64, source, target int) []Box {
	var found []int
	for c := column(left); c <= column(right) && r.work > 0; c++ {
		r.work -= 1 + len(r.columns[c])
		for _, i := range r.columns[c] {
			if b := r.boxes[i]; i != source && i != target && b.X < right && b.Right() > left {
				found = append(found, i)
			}
		}
	}
	slices.Sort(found)
	found = slices.Compact(found)
	boxes := make([]Box, len(found))
	for at, i := range found {
		boxes[at] = r.boxes[i]
	}
	return boxes
}

// levels are those that an edge may pass the boxes on, the shortest way first.
func (r *router) levels(boxes []Box, from, to Point, edge [2]int) []float64 {
	const most = 48
	levels := []float64{from.Y, to.Y}
	for _, b := range boxes {
		for k := range 3 { // side by side in one gap
			off := LaneGap + 8*float64(k)
			levels = append(levels, b.Y-off, b.Bottom()+off)
		}
	}
	cost := func(y float64) float64 {
		c := math.Abs(y-from.Y) + math.Abs(y-to.Y)
		for _, l := range r.lanes {
			if math.Abs(l.y-y) < 6 && l.from < to.X && l.to > from.X && l.edge[0] != edge[0] && l.edge[1] != edge[1] {
				c += 40 // two edges on one level cannot be told apart
			}
		}
		return c
	}
	r.work -= len(levels) * (1 + len(r.lanes))
	if r.work <= 0 {
		return nil
	}
	costs := make(map[float64]float64, len(levels))
	for _, y := range levels {
		costs[y] = cost(y)
	}
	slices.SortFunc(levels, func(a, b float64) int {
		return cmp.Or(cmp.Compare(costs[a], costs[b]), cmp.Compare(a, b))
	})
	levels = slices.Compact(levels)
	return levels[:min(len(levels), most)]
}

// hits reports whether one of the points is on a box or very near to it.
func (r *router) hits(boxes []Box, points []Point) bool {
	r.work -= len(boxes)
	for _, b := range boxes {
		near := b.Inset(-clearance)
		for i := 1; i < len(points); i++ {
			if near.meets(points[i-1], points[i]) {
				return true
			}
		}
	}
	return false
}

// meets reports whether the box around two points meets the box. On short
// pieces of a curve that is near enough to the truth.
func (b Box) meets(p, q Point) bool {
	return min(p.X, q.X) < b.Right() && max(p.X, q.X) > b.X && min(p.Y, q.Y) < b.Bottom() && max(p.Y, q.Y) > b.Y
}

// straight are points on Path(from, to).
func straight(from, to Point) []Point {
	reach := reach(from, to)
	return sample(nil, from, Point{from.X + reach, from.Y}, Point{to.X - reach, to.Y}, to)
}

// onLane are points on LanePath(from, to, y).
func onLane(from, to Point, y float64) []Point {
	first, last := Point{from.X + Ramp, y}, Point{to.X - Ramp, y}
	points := sample(nil, from, Point{from.X + Ramp/2, from.Y}, Point{first.X - Ramp/2, y}, first)
	return sample(points, last, Point{last.X + Ramp/2, y}, Point{to.X - Ramp/2, to.Y}, to)
}

// sample adds points on a cubic curve.
func sample(points []Point, a, b, c, d Point) []Point {
	for i := range routerSamples + 1 {
		t := float64(i) / routerSamples
		u := 1 - t
		points = append(points, Point{
			u*u*u*a.X + 3*u*u*t*b.X + 3*u*t*t*c.X + t*t*t*d.X,
			u*u*u*a.Y + 3*u*u*t*b.Y + 3*u*t*t*c.Y + t*t*t*d.Y,
		})
	}
	return points
}
