package canvas

import (
	"cmp"
	"math"
	"slices"
)

// fitIn places the nodes that are not fixed among those that are: to the right
// of what leads to them and level with it, in the nearest gap.
func fitIn(nodes []node, order []int) {
	placed := make([]bool, len(nodes))
	var bounds Box
	for i := range nodes {
		if placed[i] = nodes[i].fixed; placed[i] {
			bounds = bounds.Union(nodes[i].Box)
		}
	}
	for _, i := range order {
		if placed[i] {
			continue
		}
		n := &nodes[i]
		at := besideNeighbours(nodes, i, placed, bounds)
		n.X = math.Round(at.X/Grid) * Grid
		n.Y = nearestGap(at.Y, n.Height, taken(nodes, placed, n.Box))
		placed[i] = true
	}
}

// besideNeighbours is where a node belongs by those that are placed already.
func besideNeighbours(nodes []node, i int, placed []bool, bounds Box) Point {
	at, count := Point{X: math.Inf(-1)}, 0
	for _, l := range nodes[i].in {
		if placed[l.node] {
			at.X = max(at.X, nodes[l.node].Right()+ColumnGap)
			at.Y += nodes[l.node].Y + l.there - l.here
			count++
		}
	}
	if count > 0 {
		return Point{math.Ceil(at.X/Grid) * Grid, at.Y / float64(count)}
	}
	at.X = math.Inf(1)
	for _, l := range nodes[i].out {
		if placed[l.node] {
			at.X = min(at.X, nodes[l.node].X-ColumnGap-nodes[i].Width)
			at.Y += nodes[l.node].Y + l.there - l.here
			count++
		}
	}
	if count > 0 {
		return Point{math.Floor(at.X/Grid) * Grid, at.Y / float64(count)}
	}
	return Point{bounds.X, bounds.Bottom() + RowGap}
}

// span is a stretch of the y axis.
type span struct{ from, to float64 }

// taken are the stretches, from the top and apart from each other, that placed
// nodes leave no room in for a box of this place and width.
func taken(nodes []node, placed []bool, b Box) []span {
	var spans []span
	for i := range nodes {
		o := nodes[i].Box
		if placed[i] && b.X < o.Right()+RowGap && o.X < b.Right()+RowGap {
			spans = append(spans, span{o.Y - RowGap, o.Bottom() + RowGap})
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	merged := spans[:0]
	for _, s := range spans {
		if last := len(merged) - 1; last >= 0 && s.from <= merged[last].to {
			merged[last].to = max(merged[last].to, s.to)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

// nearestGap is the y nearest to the wanted one at which there is room.
func nearestGap(wanted, height float64, taken []span) float64 {
	best := math.Inf(1)
	try := func(y float64) {
		if math.Abs(y-wanted) < math.Abs(best-wanted) {
			best = y
		}
	}
	from := math.Inf(-1) // where the gap before the next stretch begins
	for _, s := range append(slices.Clone(taken), span{math.Inf(1), math.Inf(1)}) {
		// Within the gap, on the grid, as near as it gets.
		low, high := math.Ceil(from/Grid)*Grid, math.Floor((s.from-height)/Grid)*Grid
		if low <= high {
			try(min(max(math.Round(wanted/Grid)*Grid, low), high))
		}
		from = s.to
	}
	return best
}
