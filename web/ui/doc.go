// Package ui has the parts that pages are made of: the frame of a page, icons, tiles,
// and how times, spans and long texts are written. It knows no flow and no server.
package ui
