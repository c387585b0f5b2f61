package check

import (
	"fmt"

	"redial/engine/flow"
)

// problems collects what is wrong.
type problems struct{ list []flow.Problem }

func (p *problems) error(code, path, step, format string, args ...any) {
	p.add(flow.SeverityError, code, path, step, fmt.Sprintf(format, args...))
}

func (p *problems) warn(code, path, step, format string, args ...any) {
	p.add(flow.SeverityWarning, code, path, step, fmt.Sprintf(format, args...))
}

func (p *problems) add(severity flow.Severity, code, path, step, message string) {
	p.list = append(p.list, flow.Problem{
		Severity: severity, Code: code, Path: path, Step: step, Message: message,
	})
}
