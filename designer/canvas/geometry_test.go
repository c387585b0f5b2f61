package canvas_test

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"redial/designer/canvas"
)

var update = flag.Bool("update", false, "write the golden files anew")

// geometry is what testdata/geometry.json holds.
type geometry struct {
	Sizes   map[string]float64 `json:"sizes"`
	Heights []float64          `json:"heights"` // by the number of rows
	Ports   []portCase         `json:"ports"`
	Paths   []pathCase         `json:"paths"`
}

type portCase struct {
	Height float64 `json:"height"`
	Rows   int     `json:"rows"`
	Row    int     `json:"row"`
	Y      float64 `json:"y"`
}

type pathCase struct {
	From canvas.Point `json:"from"`
	To   canvas.Point `json:"to"`
	Lane *float64     `json:"lane,omitempty"`
	Path string       `json:"path"`
}

func currentGeometry() geometry {
	g := geometry{Sizes: map[string]float64{
		"cardWidth": canvas.CardWidth, "cardHeight": canvas.CardHeight, "tileSize": canvas.TileSize,
		"rowHeight": canvas.RowHeight, "rowsTop": canvas.RowsTop, "rowsBottom": canvas.RowsBottom,
		"portSize": canvas.PortSize, "portTarget": canvas.PortTarget, "portY": canvas.PortY,
		"framePadding": canvas.FramePadding, "columnGap": canvas.ColumnGap, "rowGap": canvas.RowGap,
		"ramp": canvas.Ramp, "laneGap": canvas.LaneGap, "grid": canvas.Grid, "maxCoordinate": canvas.MaxCoordinate,
	}}
	for rows := range 4 {
		g.Heights = append(g.Heights, canvas.HeightWithRows(rows))
		for row := range rows {
			height := canvas.HeightWithRows(rows)
			g.Ports = append(g.Ports, portCase{height, rows, row, canvas.RowPortY(height, rows, row)})
		}
	}
	g.Ports = append(g.Ports, portCase{500, 1, 0, canvas.RowPortY(500, 1, 0)}) // of a frame
	for _, c := range []struct{ from, to canvas.Point }{
		{canvas.Point{X: 232, Y: 32}, canvas.Point{X: 320, Y: 32}},
		{canvas.Point{X: 232, Y: 80}, canvas.Point{X: 320, Y: -52}},
		{canvas.Point{X: 0, Y: 0}, canvas.Point{X: 1000, Y: 400}},
		{canvas.Point{X: 10.125, Y: 0.005}, canvas.Point{X: 20.5, Y: 7.333}},
		{canvas.Point{X: 900, Y: 0}, canvas.Point{X: 100, Y: 300}},
		{canvas.Point{X: -0.001, Y: -12.34}, canvas.Point{X: -0.001, Y: 5}},
	} {
		g.Paths = append(g.Paths, pathCase{From: c.from, To: c.to, Path: canvas.Path(c.from, c.to)})
		if c.to.X-c.from.X > 2*canvas.Ramp {
			lane := c.to.Y + 120.5
			g.Paths = append(g.Paths, pathCase{c.from, c.to, &lane, canvas.LanePath(c.from, c.to, lane)})
		}
	}
	return g
}

const geometryFile = "testdata/geometry.json"

func TestGeometry(t *testing.T) {
	t.Parallel()
	got, err := json.MarshalIndent(currentGeometry(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, geometryFile, append(got, '\n'))
}

// golden compares with a file, or writes it with -update.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s is not what it was; if that is right, run the test with -update. Got:\n%s", file, got)
	}
}

// The browser's half is checked by testdata/browser.mjs, which node runs on the
// very modules that browsers get.
func TestBrowserModules(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatalf("%v; make setup installs it", err)
	}
	dir := t.TempDir()
	for _, name := range []string{"geometry.js", "canvas-run.js", "times.js"} {
		source, err := os.ReadFile(filepath.Join("../../static", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), source, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"type": "module"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	golden, err := filepath.Abs(geometryFile)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), node, "testdata/browser.mjs", dir, golden)
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
