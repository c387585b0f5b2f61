// Package static holds what browsers load: style sheets, scripts and icons.
// There is no build step for them.
package static

import "embed"

// Files are served under /static/.
//
//go:embed *.css
var Files embed.FS
