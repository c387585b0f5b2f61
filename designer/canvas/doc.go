// Package canvas draws a flow: where its cards stand (layout.go), how they and
// their edges look (geometry.go, route.go), what they say (graph.go, summary.go)
// and the HTML and SVG of all that. Pages that show a flow or an execution use
// it, and the designer edits on top of the same markup.
//
// The geometry is fixed and shared with the browser: static/geometry.js has the
// same numbers and paths, and one golden file checks both. So a whole graph can
// be drawn by the server, and a browser only pans, zooms and shows states.
//
// Nothing in here knows requests, stores or sessions.
package canvas
