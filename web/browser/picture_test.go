package browser

import (
	"flag"
	"os"
	"path/filepath"

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
	tb.must("taking a picture of "+name, err)
	if len(shot.Data) > largestPicture {
		tb.t.Errorf("the picture %s has %d bytes; %d are allowed", name, len(shot.Data), largestPicture)
	}
	tb.must("making the folder of pictures", os.MkdirAll(pictures, 0o755))
	tb.must("writing the picture "+name, os.WriteFile(filepath.Join(pictures, name+".png"), shot.Data, 0o644))
}
