package browser

import (
	"bytes"
	"cmp"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// screenshots is the flag of `make screenshots`.
var screenshots = flag.Bool("screenshots", false, "write pictures of the pages to docs/images")

// pictures is where they go.
const pictures = "../../docs/images"

// largestPicture bounds what a picture adds to the repository, in bytes.
const largestPicture = 300 << 10

// picture writes what the window shows, if the flag says so.
func (tb *tab) picture(name string) {
	tb.t.Helper()
	if !*screenshots {
		return
	}
	tb.settle()
	ctx, cancel := tb.within()
	defer cancel()
	shot, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{})
	tb.must("taking the picture "+name, err)
	file, err := shrink(shot.Data)
	tb.must("shrinking the picture "+name, err)
	if len(file) > largestPicture {
		tb.t.Errorf("the picture %s has %d bytes; %d are allowed", name, len(file), largestPicture)
	}
	tb.must("making the folder of pictures", os.MkdirAll(pictures, 0o755))
	tb.must("writing the picture "+name, os.WriteFile(filepath.Join(pictures, name+".png"), file, 0o644))
}

// shrink writes a picture with 256 colours at most. Pages have few; what is lost
// are shades at the edges of letters.
func shrink(file []byte) ([]byte, error) {
	picture, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	bounds := picture.Bounds()
	full := image.NewRGBA(bounds)
	draw.Draw(full, bounds, picture, bounds.Min, draw.Src)
	counts := make(map[color.RGBA]int)
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			counts[full.RGBAAt(x, y)]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(counts), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	palette := choosePalette(colours)
	nearest := make(map[color.RGBA]uint8, len(colours))
	for _, c := range colours {
		nearest[c] = uint8(palette.Index(c))
	}
	small := image.NewPaletted(bounds, palette)
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			small.SetColorIndex(x, y, nearest[full.RGBAAt(x, y)])
		}
	}
	var out bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, small)
	return out.Bytes(), err
}

// choosePalette takes the most frequent colours, those of surfaces and shadows,
// and of the others those that are not close to one taken already; how close is
// as little as 256 colours allow. So a rare one, of a small icon, keeps its hue.
func choosePalette(colours []color.RGBA) color.Palette {
	for apart := 0; ; apart += 3 {
		var palette color.Palette
		for i, c := range colours {
			if i >= 144 && distance(c, palette[palette.Index(c)].(color.RGBA)) <= apart {
				continue
			}
			if palette = append(palette, c); len(palette) > 256 {
				break
			}
		}
		if len(palette) <= 256 {
			return palette
		}
	}
}

// distance is how much two colours differ, at most in one of red, green, blue.
func distance(a, b color.RGBA) int {
	part := func(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }
	return max(part(a.R, b.R), part(a.G, b.G), part(a.B, b.B))
}
