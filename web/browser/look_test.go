package browser

import (
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// size is that of the window, in CSS pixels.
type size struct {
	name          string
	width, height int64
	mobile        bool
}

// scheme is whether colours are light or dark.
type scheme string

var (
	wide   = size{"wide", 1440, 900, false}
	narrow = size{"narrow", 390, 844, true}
)

const (
	light scheme = "light"
	dark  scheme = "dark"
)

// look sets size and colours. Nothing moves that need not, so that pictures
// come out the same.
func (tb *tab) look(s size, colours scheme) {
	tb.t.Helper()
	_, err := chromedp.Call(tb.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: s.width, Height: s.height, DeviceScaleFactor: 1, Mobile: s.mobile,
	})
	tb.must("setting the size of the window", err)
	_, err = chromedp.Call(tb.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: string(colours)},
		{Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	tb.must("setting the colours", err)
}
