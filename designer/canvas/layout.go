package canvas

import (
	"cmp"
	"math"
	"slices"
)

// node is something to be placed: a card, or a frame with all that is in it.
type node struct {
	Box
	fixed   bool // the flow file says where it stands
	in, out []link
	column  int
}

// link is one end of an edge between two nodes. The offsets are those of its
// ports below the tops of their cards.
type link struct {
	node        int // at the other end
	here, there float64
}

// join adds an edge between two nodes.
func join(nodes []node, from, to int, fromY float64) {
	nodes[from].out = append(nodes[from].out, link{to, fromY, PortY})
	nodes[to].in = append(nodes[to].in, link{from, PortY, fromY})
}

// arrange places the nodes that are not fixed, in columns from left to right,
// and returns the order in which people read them: each after those that lead
// to it, and the paths of a branch one after the other. It never moves fixed
// nodes, so those may overlap each other; no other node overlaps any.
func arrange(nodes []node) []int {
	order := readingOrder(nodes)
	free, fixed := 0, 0
	for i := range nodes {
		if nodes[i].fixed {
			fixed++
		} else {
			free++
		}
	}
	switch {
	case free == 0:
	case fixed == 0:
		layOut(nodes, order)
	default:
		fitIn(nodes, order)
	}
	return order
}

// readingOrder is a topological order of the nodes. Edges that close a cycle,
// which a draft may have, are ignored here and in what stands on it.
func readingOrder(nodes []node) []int {
	w := walk{nodes: nodes, seen: make([]bool, len(nodes))}
	var beginnings, rest []int
	for i := range nodes {
		if len(nodes[i].in) == 0 {
			beginnings = append(beginnings, i)
		} else {
			rest = append(rest, i)
		}
	}
	// Nodes that no beginning leads to stand in a cycle, or after one.
	return append(w.from(beginnings), w.from(rest)...)
}

// walk goes through a graph in depth.
type walk struct {
	nodes []node
	seen  []bool
}

// from is the order of what the roots lead to and was not seen before: that of
// leaving the nodes, turned around.
func (w *walk) from(roots []int) []int {
	type visit struct{ node, edges int }
	var stack []visit
	var order []int
	enter := func(i int) {
		if !w.seen[i] {
			w.seen[i] = true
			stack = append(stack, visit{i, len(w.nodes[i].out)})
		}
	}
	for _, root := range slices.Backward(roots) {
		enter(root)
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if top.edges == 0 {
				order = append(order, top.node)
				stack = stack[:len(stack)-1]
				continue
			}
			top.edges--
			enter(w.nodes[top.node].out[top.edges].node)
		}
	}
	slices.Reverse(order)
	return order
}

// layOut places all nodes. The upper left corner of all is 0, 0.
func layOut(nodes []node, order []int) {
	columns := intoColumns(nodes, order)
	for _, column := range columns {
		y := 0.0
		for _, i := range column {
			nodes[i].Y = y
			y += nodes[i].Height + RowGap
		}
	}
	// Cards follow those before them, then those after them, and at last those
	// before them once more, without changing places, so that chains are level.
	const rounds = 3
	for round := range rounds {
		for _, column := range columns {
			follow(nodes, column, node.incoming, true)
		}
		for _, column := range slices.Backward(columns) {
			follow(nodes, column, node.outgoing, round < rounds-1)
		}
	}
	for _, column := range columns {
		follow(nodes, column, node.incoming, false)
		straighten(nodes, column)
	}
	top := math.Inf(1)
	for i := range nodes {
		nodes[i].Y = math.Round(nodes[i].Y/Grid) * Grid
		top = min(top, nodes[i].Y)
	}
	for i := range nodes {
		nodes[i].Y -= top
	}
}

// intoColumns gives every node the column after the last of those that lead to
// it, and the columns their places.
func intoColumns(nodes []node, order []int) [][]int {
	rank := make([]int, len(nodes))
	for at, i := range order {
		rank[i] = at
	}
	var columns [][]int
	var widths []float64
	for _, i := range order {
		n := &nodes[i]
		n.column = 0
		for _, l := range n.in {
			if rank[l.node] < rank[i] {
				n.column = max(n.column, nodes[l.node].column+1)
			}
		}
		for len(columns) <= n.column {
			columns, widths = append(columns, nil), append(widths, 0)
		}
		columns[n.column] = append(columns[n.column], i)
		widths[n.column] = max(widths[n.column], n.Width)
	}
	x := 0.0
	for c, column := range columns {
		for _, i := range column {
			nodes[i].X = x
		}
		x += widths[c] + ColumnGap
	}
	return columns
}

func (n node) incoming() []link { return n.in }
func (n node) outgoing() []link { return n.out }

// follow moves the nodes of a column to where their neighbours would have
// them, as near as they get without overlapping.
func follow(nodes []node, column []int, neighbours func(node) []link, sort bool) {
	wanted := make([]float64, len(column))
	place := func() {
		for at, i := range column {
			wanted[at] = wantedY(nodes, i, neighbours)
		}
	}
	place()
	if sort {
		slices.SortStableFunc(column, func(a, b int) int {
			return cmp.Compare(wantedY(nodes, a, neighbours), wantedY(nodes, b, neighbours))
		})
		place()
	}
	spread(nodes, column, wanted)
}

// wantedY is where a node's edges would be level on average.
func wantedY(nodes []node, i int, neighbours func(node) []link) float64 {
	links := neighbours(nodes[i])
	if len(links) == 0 {
		return nodes[i].Y
	}
	sum := 0.0
	for _, l := range links {
		sum += nodes[l.node].Y + l.there - l.here
	}
	return sum / float64(len(links))
}

// spread places the nodes of a column in their order so that the squares of
// their distances from where they want to be are least: an isotonic regression
// by pooling adjacent violators.
func spread(nodes []node, column []int, wanted []float64) {
	type pool struct {
		sum   float64
		count int
	}
	mean := func(p pool) float64 { return p.sum / float64(p.count) }
	pools := make([]pool, 0, len(column))
	above := 0.0 // height of all nodes above, with their gaps
	for at, i := range column {
		p := pool{wanted[at] - above, 1}
		for len(pools) > 0 && mean(pools[len(pools)-1]) >= mean(p) {
			last := pools[len(pools)-1]
			p.sum, p.count = p.sum+last.sum, p.count+last.count
			pools = pools[:len(pools)-1]
		}
		pools = append(pools, p)
		above += nodes[i].Height + RowGap
	}
	at, above := 0, 0.0
	for _, p := range pools {
		for range p.count {
			nodes[column[at]].Y = mean(p) + above
			above += nodes[column[at]].Height + RowGap
			at++
		}
	}
}

// straighten moves what stands close together in a column by a little, where one
// of them is then as high as the only node that leads to it: the line of a flow
// goes on straight behind a branch.
func straighten(nodes []node, column []int) {
	const little = RowGap / 2
	for first := 0; first < len(column); {
		end := first + 1
		for end < len(column) && nodes[column[end]].Y-below(nodes, column[end-1]) < Grid {
			end++
		}
		by := math.Inf(1)
		for _, i := range column[first:end] {
			if n := &nodes[i]; len(n.in) == 1 {
				if d := nodes[n.in[0].node].Y - n.Y; math.Abs(d) < math.Abs(by) {
					by = d
				}
			}
		}
		free := math.Abs(by) <= little &&
			(first == 0 || nodes[column[first]].Y+by >= below(nodes, column[first-1])) &&
			(end == len(column) || below(nodes, column[end-1])+by <= nodes[column[end]].Y)
		for _, i := range column[first:end] {
			if free && end-first > 1 {
				nodes[i].Y += by
			}
		}
		first = end
	}
}

// below is where the next node of a column may begin.
func below(nodes []node, i int) float64 { return nodes[i].Y + nodes[i].Height + RowGap }
