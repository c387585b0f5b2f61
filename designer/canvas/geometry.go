package canvas

import (
	"math"
	"strconv"
	"strings"
)

// Sizes in canvas pixels; static/geometry.js has the same ones. Heights, widths,
// gaps and the distances between ports are multiples of Grid, so that edges
// stay level when positions are rounded.
const (
	CardWidth    = 232
	CardHeight   = 64 // of a card without rows, and of a frame's head
	TileSize     = 36 // of the icon's tile
	RowHeight    = 28 // of a path of a branch, and of "on error"
	RowsTop      = 2  // above the first row
	RowsBottom   = 6  // below the last row
	PortSize     = 10
	PortTarget   = 24 // what a pointer has to hit
	PortY        = 32 // of the ports in a card's head
	FramePadding = 24 // around the inner steps of an each step
	ColumnGap    = 88 // between cards side by side
	RowGap       = 40 // between cards one below the other
	Ramp         = 72 // in which an edge climbs to its lane
	LaneGap      = 16 // between a card and an edge that passes it
	Grid         = 4  // to which laid out cards keep
	// MaxCoordinate bounds where a flow file can put a card.
	MaxCoordinate = 100_000
)

// Point is a place on the canvas.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Box is a rectangle on the canvas.
type Box struct {
	X      float64 `json:"x"`
	Y      float64 `json:"y"`
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}

// Right is the x of the right edge.
func (b Box) Right() float64 { return b.X + b.Width }

// Bottom is the y of the lower edge.
func (b Box) Bottom() float64 { return b.Y + b.Height }

// Overlaps reports whether less than gap is between the boxes. With no gap,
// boxes that touch do not overlap.
func (b Box) Overlaps(o Box, gap float64) bool {
	return b.X < o.Right()+gap && o.X < b.Right()+gap && b.Y < o.Bottom()+gap && o.Y < b.Bottom()+gap
}

// Union is the smallest box around both. A box without size takes no part.
func (b Box) Union(o Box) Box {
	if b.Width == 0 && b.Height == 0 {
		return o
	}
	if o.Width == 0 && o.Height == 0 {
		return b
	}
	x, y := min(b.X, o.X), min(b.Y, o.Y)
	return Box{x, y, max(b.Right(), o.Right()) - x, max(b.Bottom(), o.Bottom()) - y}
}

// Inset is the box without a border of this width all around; a negative one
// makes it larger.
func (b Box) Inset(by float64) Box {
	return Box{b.X + by, b.Y + by, b.Width - 2*by, b.Height - 2*by}
}

// HeightWithRows is the height of a card, or of the head and the rows of a
// frame.
func HeightWithRows(rows int) float64 {
	if rows == 0 {
		return CardHeight
	}
	return CardHeight + RowsTop + float64(rows)*RowHeight + RowsBottom
}

// RowPortY is where the port of a row is, counted from the top of a card of
// this height. Rows stand at the bottom.
func RowPortY(height float64, rows, row int) float64 {
	return height - RowsBottom - float64(rows-row)*RowHeight + RowHeight/2
}

// Path is the curve of an edge, as SVG path data.
func Path(from, to Point) string {
	reach := reach(from, to)
	var p path
	p.point("M", from)
	p.curve(Point{from.X + reach, from.Y}, Point{to.X - reach, to.Y}, to)
	return p.String()
}

// reach is how far the handles of an edge's curve stand out of its ports.
func reach(from, to Point) float64 {
	width := to.X - from.X
	if width < 0 { // only while a flow is being drawn: edges lead to the right
		return min(48-width/4, 160)
	}
	return min(max(width/2, 32), 120)
}

// LanePath is the curve of an edge that passes cards on a level of its own.
func LanePath(from, to Point, lane float64) string {
	first, last := Point{from.X + Ramp, lane}, Point{to.X - Ramp, lane}
	var p path
	p.point("M", from)
	p.curve(Point{from.X + Ramp/2, from.Y}, Point{first.X - Ramp/2, lane}, first)
	p.point("L", last)
	p.curve(Point{last.X + Ramp/2, lane}, Point{to.X - Ramp/2, to.Y}, to)
	return p.String()
}

// path writes SVG path data.
type path struct{ strings.Builder }

func (p *path) point(command string, at Point) {
	p.WriteString(command)
	p.number(at.X)
	p.WriteByte(' ')
	p.number(at.Y)
}

func (p *path) curve(a, b, to Point) {
	p.point("C", a)
	p.point(" ", b)
	p.point(" ", to)
}

func (p *path) rectangle(b Box) {
	p.point("M", Point{b.X, b.Y})
	p.WriteByte('h')
	p.number(b.Width)
	p.WriteByte('v')
	p.number(b.Height)
	p.WriteByte('h')
	p.number(-b.Width)
	p.WriteByte('z')
}

func (p *path) number(n float64) { p.WriteString(number(n)) }

// number writes a coordinate with two decimals at most, as JavaScript does.
func number(n float64) string {
	rounded := math.Floor(n*100+0.5) / 100
	return strconv.FormatFloat(rounded+0, 'f', -1, 64) // -0 becomes 0
}

// coordinate is a position of a flow file within bounds.
func coordinate(n float64) float64 {
	if math.IsNaN(n) {
		return 0
	}
	return min(max(n, -MaxCoordinate), MaxCoordinate)
}
