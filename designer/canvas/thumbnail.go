package canvas

import "math"

// Size of a thumbnail, in pixels.
const (
	ThumbnailWidth  = 96
	ThumbnailHeight = 40
)

// thumbnail is a graph in few pixels: shapes instead of cards.
type thumbnail struct {
	Frames, Edges, Plain string // SVG path data
	Tinted               []tintedPath
}

// tintedPath are the cards of one component.
type tintedPath struct{ Tint, Path string }

// maxThumbnailEdges bounds what a list of flows has to send: of a graph that
// large, edges would be a grey area.
const maxThumbnailEdges = 80

func newThumbnail(g *Graph) thumbnail {
	s := newShrinker(g.Bounds)
	var frames, edges, plain path
	tinted := map[string]*path{}
	var order []string
	drawn := map[Box]bool{}
	for _, card := range g.Cards {
		small := s.card(card)
		if drawn[small] {
			continue // behind another one
		}
		drawn[small] = true
		switch {
		case card.Frame:
			frames.rectangle(small)
		case card.Tint == "":
			plain.rectangle(small)
		default:
			if tinted[card.Tint] == nil {
				tinted[card.Tint] = &path{}
				order = append(order, card.Tint)
			}
			tinted[card.Tint].rectangle(small)
		}
	}
	if len(g.Edges) <= maxThumbnailEdges {
		for _, e := range g.Edges {
			from, to := s.card(e.From), s.card(e.To)
			start, end := Point{from.Right(), from.Y + from.Height/2}, Point{to.X, to.Y + to.Height/2}
			if e.From.Frame {
				start.Y = from.Y + s.height/2
			}
			if e.To.Frame {
				end.Y = to.Y + s.height/2
			}
			half := (end.X - start.X) / 2
			edges.point("M", start)
			edges.curve(Point{start.X + half, start.Y}, Point{end.X - half, end.Y}, end)
		}
	}
	t := thumbnail{Frames: frames.String(), Edges: edges.String(), Plain: plain.String()}
	for _, tint := range order {
		t.Tinted = append(t.Tinted, tintedPath{tint, tinted[tint].String()})
	}
	return t
}

// shrinker brings the canvas down to the size of a thumbnail. Heights shrink
// less than widths, since flows are wide and thumbnails would be a line.
type shrinker struct {
	from          Box
	x, y          float64 // factors
	left, top     float64
	width, height float64 // of a card
}

func newShrinker(from Box) shrinker {
	const margin, tallest = 3, 2.6
	s := shrinker{from: from}
	s.x = min((ThumbnailWidth-2*margin)/max(from.Width, 1), 0.075)
	s.y = min((ThumbnailHeight-2*margin)/max(from.Height, 1), s.x*tallest)
	s.left = (ThumbnailWidth - from.Width*s.x) / 2
	s.top = (ThumbnailHeight - from.Height*s.y) / 2
	s.width, s.height = max(CardWidth*s.x, 2), max(CardHeight*s.y, 2)
	return s
}

func (s shrinker) card(card *Card) Box {
	b := Box{s.left + (card.X-s.from.X)*s.x, s.top + (card.Y-s.from.Y)*s.y, s.width, s.height}
	if card.Frame {
		b.Width, b.Height = card.Width*s.x, card.Height*s.y
	}
	// Tenths of a pixel are more than one can see, and let equal shapes be equal.
	return Box{tenth(b.X), tenth(b.Y), tenth(b.Width), tenth(b.Height)}
}

func tenth(n float64) float64 { return math.Round(n*10) / 10 }
