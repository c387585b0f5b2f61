package reply

import "maps"

// limitProblems are the types of problem of executions that went over a limit. Each
// is called like the failure's code.
var limitProblems = map[string]ProblemType{
	"too-many-steps": {500, "Too many steps",
		"The execution has begun as many steps as one may. Each attempt counts, and each step of each round of a For each.",
		"Sending the call again changes nothing. Start the flow once for each part of the work, or split it. Whoever operates the server can allow more: steps in --limits."},
	"too-many-rounds": {500, "Too many rounds",
		"A For each step has more items than it may, or all of them together have more rounds than one execution may.",
		"Sending the call again changes nothing. Start the flow once for each part of the list. Whoever operates the server can allow more: rounds and total-rounds in --limits."},
	"too-many-attempts": {500, "Too many attempts",
		"A step was tried as often as the server tries one step, and its flow wanted to go on trying.",
		"See the detail for the last reason. Give the step longer pauses and fewer attempts. Whoever operates the server can allow more: attempts in --limits."},
	"output-too-large": {500, "Output too large",
		"A step puts out, or takes in, more than is kept of one step.",
		"Sending the call again changes nothing. Let the flow pass on less: ask for pages, or pick the fields that are needed. Whoever operates the server can allow more: output in --limits."},
	"outputs-too-large": {500, "Outputs too large together",
		"What all steps of the execution have taken in and put out is more than is kept of one execution.",
		"Sending the call again changes nothing. Let the flow pass on less, or start it for fewer items at a time. Whoever operates the server can allow more: outputs in --limits."},
	"answer-too-large": {500, "Answer too large",
		"The flow answers with more than is sent: 10 MiB.",
		"Sending the call again changes nothing. Let the flow answer with less, or with an address where the rest can be fetched."},
	"flows-too-deep": {500, "Flows too deep",
		"Flows have started flows, one by the other, deeper than they may. Often one of them starts itself.",
		"Sending the call again changes nothing. Look at the flow steps of the flows that take part. Whoever operates the server can allow more: nesting in --limits."},
	"took-too-long": {500, "Took too long",
		"Steps of the execution were under way for longer than they may be. Waiting does not count.",
		"Sending the call again changes nothing. Split the flow, or let it do less at a time. Whoever operates the server can allow more: time in --limits."},
	"not-storable": {500, "Cannot be stored",
		"What a step has put out cannot be written down: it is too large for the database, or holds a value that JSON has no form for. The execution has ended there.",
		"Sending the call again changes nothing. See the detail for the step, and let it put out less or something else."},
}

func init() { maps.Copy(ProblemTypes, limitProblems) }
