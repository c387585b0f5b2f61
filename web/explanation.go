package web

import (
	"net/http"
	"strconv"
	"strings"

	"redial/web/reply"
)

// explanation is how one path of a branch came to be taken or not.
type explanation struct {
	Path   string `json:"path"`
	Text   string `json:"text,omitempty"`
	Taken  bool   `json:"taken"`
	Failed bool   `json:"failed"`
}

// explainStep tells in values how a step of an execution came to its result.
// The round is that of the reducer: the indices of the rounds around the step,
// joined by dots. Nothing is told of executions of very many events: all of them
// would have to be read for every step.
func (s *Server) explainStep(w http.ResponseWriter, r *http.Request) {
	iteration, ok := readRound(r.URL.Query().Get("round"))
	if !ok {
		s.Problem(w, r, &reply.Problem{Type: "bad-request", Detail: "round holds the indices of rounds, joined by dots."})
		return
	}
	record, err := s.store.Execution(r.Context(), r.PathValue("id"))
	if err == nil && record.LastSeq > maxExplained {
		s.writePlain(w, r, []explanation{})
		return
	}
	if err != nil {
		s.Fail(w, r, "explaining a step", err)
		return
	}
	told, err := s.engine.Explain(r.Context(), r.PathValue("id"), r.PathValue("step"), iteration)
	if err != nil {
		s.Refuse(w, r, "explaining a step", err)
		return
	}
	list := make([]explanation, len(told))
	for i, e := range told {
		list[i] = explanation{e.Path, e.Text, e.Taken, e.Failed}
	}
	s.writePlain(w, r, list)
}

// readRound reads 1.4; nothing is no round.
func readRound(text string) ([]int, bool) {
	if text == "" {
		return nil, true
	}
	var iteration []int
	for part := range strings.SplitSeq(text, ".") {
		index, err := strconv.Atoi(part)
		if err != nil || index < 0 || len(iteration) > 64 {
			return nil, false
		}
		iteration = append(iteration, index)
	}
	return iteration, true
}
