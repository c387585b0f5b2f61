package ui

import (
	"math"
	"strconv"
)

// PlainTint is the tint of what has no colour of its own.
const PlainTint = "#64708a"

// inkOn is the colour of an icon on a tint, #rrggbb: white, unless black has
// the higher contrast by far (WCAG 2.2, relative luminance). White is preferred
// as long as it has the 3:1 that graphics need.
func inkOn(tint string) string {
	const white, black = "#ffffff", "#16181d"
	if len(tint) != 7 {
		return white
	}
	value, err := strconv.ParseUint(tint[1:], 16, 32)
	if err != nil {
		return white
	}
	luminance := 0.2126*linear(value>>16&0xff) + 0.7152*linear(value>>8&0xff) + 0.0722*linear(value&0xff)
	if 1.05/(luminance+0.05) >= 3 {
		return white
	}
	return black
}

// linear undoes the transfer curve of sRGB.
func linear(channel uint64) float64 {
	c := float64(channel) / 255
	if c <= 0.04045 {
		return c / 12.92
	}
	return math.Pow((c+0.055)/1.055, 2.4)
}
