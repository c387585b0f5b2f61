package flowfile_test

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"redial/engine/flow"
	"redial/engine/flowfile"
)

// strangeTexts are what one YAML reader or another takes for something else.
var strangeTexts = []string{
	"", " ", "yes", "no", "on", "off", "y", "n", "~", "null", "Null", "true", "TRUE", "1", "-1", "+1", "007",
	"1e3", "1_000", "0x1F", "0o17", "0b1", "1:30", ".5", "5.", ".inf", "-.inf", ".nan", "2024-01-31", "<<", "=",
	"- a", "a: b", "a #b", "#", "!tag", "&anchor", "*alias", "|", ">", "%", "@", "`", "---", "...", "? a", "[a]", "{a}",
	"{{ trigger.body.sku }}", "text {{ a }} more", "'", `"`, `\`, "a\nb", "a\n\nb\n", "\na", "a\n", "  a\nb", "a \nb",
	"\ta\nb", "a\tb", "a\r\nb", "\r", "\u0085", "a\u0085b", "\u2028", "a\u2029b", "\uFEFF", "a\uFEFFb", "\x00", "\x1b[0m", "\x7f",
	"\u00a0", "\uFFFD", "\uFFFE", "\uFFFF", "\U0001F600", "Grüße, 東京", "trailing ", " leading", "a\n ", "a\n\t", "\n", "\n\n",
	"a\n  b\n c\n", "# comment\nline", "--- a\nb", "25s", "1d", "a -> b", "a\n...\nb", "a\n---\nb", "key: |\n  text\n",
}

var strangeNumbers = []any{
	int64(0), int64(-1), int64(math.MaxInt64), int64(math.MinInt64), int64(9007199254740993),
	0.0, math.Copysign(0, -1), 1.5, 1e300, -1e300, 5e-324, 100.0, 1e21, 9223372036854775808.0, 0.1,
}

func text() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom(strangeTexts), rapid.String(),
		rapid.Custom(func(t *rapid.T) string {
			return strings.Join(rapid.SliceOfN(rapid.SampledFrom(strangeTexts), 1, 4).Draw(t, "parts"), "\n")
		}),
		rapid.Map(rapid.IntRange(100, 3000), func(n int) string { return strings.Repeat("long text: ", n) }),
	)
}

func value(depth int) *rapid.Generator[any] {
	kinds := []*rapid.Generator[any]{
		rapid.Just[any](nil), rapid.Bool().AsAny(), text().AsAny(), rapid.SampledFrom(strangeNumbers),
		rapid.Int64().AsAny(), rapid.Float64().Filter(func(f float64) bool { return !math.IsInf(f, 0) && !math.IsNaN(f) }).AsAny(),
	}
	if depth > 0 {
		kinds = append(kinds,
			rapid.Map(rapid.SliceOfN(value(depth-1), 0, 4), func(list []any) any { return list }),
			rapid.Map(object(depth-1), func(o flow.Object) any { return o }))
	}
	return rapid.OneOf(kinds...)
}

func object(depth int) *rapid.Generator[flow.Object] {
	return rapid.Custom(func(t *rapid.T) flow.Object {
		o := flow.Object{}
		for _, name := range rapid.SliceOfNDistinct(text(), 0, 4, rapid.ID).Draw(t, "names") {
			o = append(o, flow.Field{Name: name, Value: value(depth).Draw(t, "value")})
		}
		return o
	})
}

func orNil(o flow.Object) flow.Object {
	if len(o) == 0 {
		return nil
	}
	return o
}

func position() *rapid.Generator[*flow.Position] {
	return rapid.Custom(func(t *rapid.T) *flow.Position {
		if rapid.Bool().Draw(t, "placed") {
			return nil
		}
		finite := rapid.Float64Range(-1e9, 1e9)
		return &flow.Position{X: finite.Draw(t, "x"), Y: math.Trunc(finite.Draw(t, "y"))}
	})
}

func duration() *rapid.Generator[flow.Duration] {
	return rapid.OneOf(
		rapid.SampledFrom([]flow.Duration{1, 1e6, 1e9, 90e9, 36e11, 864e11, 5e8}),
		rapid.Map(rapid.Int64Range(1, int64(flow.MaxDuration)), func(n int64) flow.Duration { return flow.Duration(n) }))
}

func drawBody(t *rapid.T, ids []string) flow.Body {
	var b flow.Body
	for len(ids) > 0 {
		s := flow.Step{
			ID:   ids[0],
			Uses: rapid.SampledFrom([]string{"http", "branch", "each", "acme/check-inventory@1.2", "odd uses: #"}).Draw(t, "uses"),
			Name: text().Draw(t, "name"), Note: text().Draw(t, "note"), Connection: text().Draw(t, "connection"),
			With: orNil(object(2).Draw(t, "with")), At: position().Draw(t, "at"),
			OnError:  rapid.SampledFrom([]flow.ErrorMode{"", flow.OnErrorFail, flow.OnErrorRoute}).Draw(t, "on_error"),
			Disabled: rapid.Bool().Draw(t, "disabled"),
		}
		ids = ids[1:]
		if s.Uses == "each" && len(ids) > 1 {
			inner := drawBody(t, ids[:len(ids)/2])
			ids = ids[len(ids)/2:]
			s.Do = &inner
		}
		if rapid.Bool().Draw(t, "timed") {
			s.Timeout = duration().Draw(t, "timeout")
			s.Retry = &flow.Retry{
				Attempts: rapid.IntRange(1, 1000).Draw(t, "attempts"), Pause: duration().Draw(t, "pause"),
				Factor: rapid.Float64Range(1, 10).Draw(t, "factor"), Jitter: rapid.Float64Range(0, 1).Draw(t, "jitter"),
			}
		}
		b.Steps = append(b.Steps, s)
		b.Edges = append(b.Edges, flow.Edge{
			From: rapid.SampledFrom([]string{"trigger", s.ID}).Draw(t, "from"), To: s.ID,
			Port: rapid.SampledFrom([]string{"", "error", "back ordered", "a.b"}).Draw(t, "port"),
		})
	}
	return b
}

func anyFlow() *rapid.Generator[*flow.Flow] {
	return rapid.Custom(func(t *rapid.T) *flow.Flow {
		ids := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z][a-z0-9_]{0,8}`).Filter(flow.ValidID), 0, 6, rapid.ID)
		f := &flow.Flow{
			Slug: rapid.StringMatching(`[a-z0-9-]{1,64}`).Draw(t, "slug"),
			Name: text().Draw(t, "name"), Description: text().Draw(t, "description"),
			Settings: flow.Settings{
				Mode:          rapid.SampledFrom([]flow.Mode{flow.Sync, flow.Async}).Draw(t, "mode"),
				Deadline:      flow.Duration(rapid.Int64Range(1, int64(flow.MaxDeadline)).Draw(t, "deadline")),
				OnDeadline:    rapid.SampledFrom([]flow.DeadlineMode{flow.Handover, flow.FailAtDeadline}).Draw(t, "on_deadline"),
				OnDisconnect:  rapid.SampledFrom([]flow.DisconnectMode{flow.ContinueAlone, flow.CancelOnDisconnect}).Draw(t, "on_disconnect"),
				CallersChoose: rapid.Bool().Draw(t, "callers_choose"),
				Concurrency:   rapid.IntRange(0, 1000).Draw(t, "concurrency"),
			},
			Config:  orNil(object(1).Draw(t, "config")),
			Trigger: flow.Trigger{Uses: "webhook", With: orNil(object(2).Draw(t, "with")), At: position().Draw(t, "at")},
			Body:    drawBody(t, ids.Draw(t, "ids")),
		}
		if rapid.Bool().Draw(t, "callback") {
			f.Settings.Callback = &flow.Callback{URL: rapid.SampledFrom([]string{"", "https://a.example/x?y=1", "http://[::1]:80/"}).Draw(t, "url"), Secret: text().Draw(t, "secret")}
		}
		return f
	})
}

// TestRoundTrip holds down that nothing of a flow is lost on the way into a
// file and back, and that a second export changes nothing.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(*flow.Flow) ([]byte, error){
		"YAML": flowfile.WriteYAML, "JSON": flowfile.WriteJSON,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				f := anyFlow().Draw(t, "flow")
				file, err := write(f)
				if err != nil {
					t.Fatal(err)
				}
				d, err := flowfile.Read(file)
				if err != nil {
					t.Fatalf("%v in\n%s", err, file)
				}
				for _, p := range d.Problems {
					t.Fatalf("%s in\n%s", p, file)
				}
				if !reflect.DeepEqual(d.Flow, f) {
					t.Fatalf("read\n%#v\nfrom\n%s\nbut wrote\n%#v", d.Flow, file, f)
				}
				again, err := write(d.Flow)
				if err != nil || string(again) != string(file) {
					t.Fatalf("the second export differs (%v):\n%s\nfirst:\n%s", err, again, file)
				}
			})
		})
	}
}
