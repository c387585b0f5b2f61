package crashtest

import (
	"fmt"
	"io"
	"time"

	"redial/engine/flow"
)

// Table writes a result as a table of Markdown.
func (r *Result) Table(out io.Writer) error {
	rows := []struct {
		what string
		n    any
	}{
		{"kills (SIGKILL)", r.Kills},
		{"of these, while the program was starting", r.EarlyKills},
		{"orders under way at a kill, on average", fmt.Sprintf("%.1f", float64(r.UnderWay)/float64(max(1, r.Kills-r.EarlyKills)))},
		{"orders placed, half of them async", r.Orders},
		{"accepted, as far as their callers know", r.Promises},
		{"of these, answered on the line", r.Answered},
		{"calls cut off by a kill", r.CutOff},
		{"turned away", r.Refused},
		{"executions", r.total()},
		{"succeeded", r.Executions[flow.Succeeded]},
		{"failed by a person's decision about a mail that was cut off", r.Executions[flow.Failed]},
		{"calls of outside services", r.Calls},
		{"of these, with a key", r.Keyed},
		{"what these have brought about", r.KeyedEffects},
		{"mails, which have no key", r.Unsafe},
		{"time", r.Took.Round(time.Second)},
	}
	for _, kind := range Kinds() {
		rows = append(rows, struct {
			what string
			n    any
		}{"**" + string(kind) + "**", fmt.Sprintf("**%d**", r.Broken(kind))})
	}
	if _, err := fmt.Fprint(out, "| | |\n|---|---:|\n"); err != nil {
		return err
	}
	for _, row := range rows {
		if _, err := fmt.Fprintf(out, "| %s | %v |\n", row.what, row.n); err != nil {
			return err
		}
	}
	return nil
}
