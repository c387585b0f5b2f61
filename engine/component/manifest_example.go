package component

import (
	"redial/engine/flow"
)

func readExamples(n node) []Example {
	elements := n.list()
	if len(elements) > maxExamples {
		n.problem(flow.CodeLimit, "%s lists more than %d examples", n.what(), maxExamples)
		return nil
	}
	examples := make([]Example, 0, len(elements))
	for _, element := range elements {
		examples = append(examples, readExample(element))
	}
	return examples
}

func readExample(n node) Example {
	var example Example
	outcomes := 0
	n.object(keys{
		"name":       func(n node) { example.Name = n.filled() },
		"input":      func(n node) { example.Input = n.values() },
		"connection": func(n node) { example.Connection = n.values() },
		"key":        func(n node) { example.Key = n.filled() },
		"repeat":     func(n node) { example.Repeat = n.boolean() },
		"exchange": func(n node) {
			for _, element := range n.list() {
				example.Exchange = append(example.Exchange, readExampleExchange(element))
			}
		},
		"output":  func(n node) { example.Output = n.plain(); outcomes++ },
		"failure": func(n node) { example.Failure = readExampleFailure(n); outcomes++ },
	}, "name")
	if outcomes != 1 {
		n.invalid("%s must have either an output or a failure", n.what())
	}
	return example
}

// values reads an object of plain values.
func (n node) values() map[string]any {
	object, ok := n.plain().(map[string]any)
	if !ok {
		n.invalid("%s must be an object with named values", n.what())
	}
	return object
}

func readExampleExchange(n node) ExampleExchange {
	exchange := ExampleExchange{Request: ExampleRequest{Method: "GET"}, Reply: ExampleReply{Status: 200}}
	n.object(keys{
		"request": func(n node) {
			n.object(keys{
				"method":  func(n node) { exchange.Request.Method = n.filled() },
				"path":    func(n node) { exchange.Request.Path = n.filled() },
				"query":   func(n node) { exchange.Request.Query = n.values() },
				"headers": func(n node) { exchange.Request.Headers = n.values() },
				"body":    func(n node) { exchange.Request.Body = n.plain() },
			}, "path")
		},
		"reply": func(n node) {
			n.object(keys{
				"status":  func(n node) { exchange.Reply.Status = n.integer(200, 599) },
				"headers": func(n node) { exchange.Reply.Headers = n.values() },
				"body":    func(n node) { exchange.Reply.Body = n.plain() },
			})
		},
	}, "request", "reply")
	return exchange
}

func readExampleFailure(n node) *flow.Failure {
	failure := &flow.Failure{Code: flow.FailedService}
	n.object(keys{
		"code":      func(n node) { failure.Code = flow.FailureCode(n.filled()) },
		"message":   func(n node) { failure.Message = n.filled() },
		"status":    func(n node) { failure.Status = n.integer(0, 599) },
		"retryable": func(n node) { failure.Retryable = n.boolean() },
		"wait": func(n node) {
			wait, err := flow.ParseDuration(n.text())
			if err != nil {
				n.invalid("%s: %s", n.what(), err)
			}
			failure.RetryAfter = wait
		},
	}, "message")
	return failure
}
