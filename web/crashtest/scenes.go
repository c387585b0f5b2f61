package crashtest

import "strings"

// Scene is an execution in the middle of something, as a fixture holds it: how it
// gets there, and what has to become of it under any later program. Scenes are never
// changed once a fixture has been made with them; new ones are added.
type Scene struct {
	// Slug is that of the scene's flow, of which there is one execution.
	Slug string
	// Flow is the flow file; SERVICE stands for the address of the outside service.
	Flow string
	// Body is that of the call.
	Body string
	// At is the path of the call of the outside that is never answered, and with
	// which the program dies. Empty: Status is waited for.
	At     string
	Status string

	// Answer is the body of the answer in the end. Empty: there is none.
	Answer string
	// Paths are the calls that the later program makes, in order; Keyed says that
	// they carry the key of the contract, which Step and Round lead to.
	Paths []string
	Keyed []Keyed
	// Decide is the step about which a person has to decide.
	Decide string
	// CalledBack says that somebody is owed a callback.
	CalledBack bool
}

// Keyed is a call whose idempotency key follows from the execution.
type Keyed struct{ Path, Step, Round string }

// Service is the address that stands for the outside service in a fixture. It has as
// many characters as that of any port with five digits, so that it can be replaced
// within a database.
const Service = "127.0.0.1:38471"

func sceneFlow(slug, rest string) string {
	return "redial: 1\nslug: " + slug + "\nname: " + slug + "\nmode: async\ntrigger: {uses: webhook}\n" + rest
}

// callingBack is what a flow says that owes a callback.
const callingBack = "callback: {url: \"http://" + Service + "/callback\", secret: signer}\n"

// Scenes are those of every fixture.
func Scenes() []Scene {
	scenes := []Scene{
		{
			Slug: "in-a-wait", Status: "waiting", Answer: "first version",
			Flow: sceneFlow("in-a-wait", `steps:
  pause: {uses: wait, with: {for: 15s}}
  end: {uses: respond, with: {body: first version}}
edges: [trigger -> pause, pause -> end]
`),
		},
		{
			Slug: "between-attempts", At: "/between/sign", Answer: `{"done":"/between/done","tried":"/between/try"}`,
			Flow: sceneFlow("between-attempts", `steps:
  done: {uses: http, with: {method: POST, effect: keyed, url: "http://SERVICE/between/done"}}
  sign: {uses: http, with: {url: "http://SERVICE/between/sign"}}
  try: {uses: http, retry: {attempts: 3, pause: 15s, jitter: 0}, with: {method: POST, effect: keyed, url: "http://SERVICE/between/try"}}
  end: {uses: respond, with: {body: {done: "{{ steps.done.body.path }}", tried: "{{ steps.try.body.path }}"}}}
edges: [trigger -> done, done -> sign, done -> try, sign -> end, try -> end]
`),
			Keyed: []Keyed{{"/between/try", "try", ""}}, Paths: []string{"/between/sign", "/between/try"},
		},
		{
			Slug: "in-a-keyed-step", At: "/keyed/call", Answer: `{"path":"/keyed/call"}`,
			Flow: sceneFlow("in-a-keyed-step", `steps:
  before: {uses: http, with: {url: "http://SERVICE/keyed/before"}}
  call: {uses: http, with: {method: POST, effect: keyed, url: "http://SERVICE/keyed/call", body: {at: "{{ now() }}", id: "{{ uuid() }}"}}}
  end: {uses: respond, with: {body: "{{ steps.call.body }}"}}
edges: [trigger -> before, before -> call, call -> end]
`),
			Keyed: []Keyed{{"/keyed/call", "call", ""}}, Paths: []string{"/keyed/call"},
		},
		{
			Slug: "in-an-unsafe-step", At: "/unsafe/call", Decide: "call", Answer: `{"path":"/unsafe/call"}`,
			Flow: sceneFlow("in-an-unsafe-step", `steps:
  call: {uses: http, with: {method: POST, url: "http://SERVICE/unsafe/call"}}
  end: {uses: respond, with: {body: "{{ steps.call.body }}"}}
edges: [trigger -> call, call -> end]
`),
			Paths: []string{"/unsafe/call"},
		},
		{
			Slug: "in-an-each", At: "/each/b", Body: `["a","b","c"]`, Answer: `["/each/a","/each/b","/each/c"]`,
			Flow: sceneFlow("in-an-each", `steps:
  every:
    uses: each
    with: {items: trigger.body, as: name}
    do: {steps: {one: {uses: http, with: {method: POST, effect: keyed, url: "http://SERVICE/each/{{ name }}"}}}}
  end: {uses: respond, with: {body: "{{ map(steps.every, .body.path) }}"}}
edges: [trigger -> every, every -> end]
`),
			Keyed: []Keyed{{"/each/b", "every.one", "1"}, {"/each/c", "every.one", "2"}}, Paths: []string{"/each/b", "/each/c"},
		},
		{
			Slug: "handed-over", At: "/handed/call", Answer: `{"path":"/handed/call"}`, CalledBack: true,
			Flow: strings.Replace(sceneFlow("handed-over", `steps:
  call: {uses: http, with: {url: "http://SERVICE/handed/call"}}
  end: {uses: respond, with: {body: "{{ steps.call.body }}"}}
edges: [trigger -> call, call -> end]
`), "mode: async", "mode: sync\ndeadline: 100ms\n"+callingBack, 1),
			Paths: []string{"/handed/call"},
		},
		{
			Slug: "callback-due", Status: "succeeded", Answer: "told", CalledBack: true,
			Flow: strings.Replace(sceneFlow("callback-due", `steps:
  end: {uses: respond, with: {body: told}}
edges: [trigger -> end]
`), "mode: async", "mode: async\n"+callingBack, 1),
		},
		{
			Slug: "with-a-child", At: "/child/call", Answer: `{"of":{"path":"/child/call"}}`,
			Flow: sceneFlow("with-a-child", `steps:
  start: {uses: flow, with: {slug: the-child, body: 7}}
  end: {uses: respond, with: {body: {of: "{{ steps.start.body }}"}}}
edges: [trigger -> start, start -> end]
`),
		},
		{
			Slug: "with-large-values", At: "/large/call", Body: `{"text":"` + strings.Repeat("large ", 20_000) + `"}`, Answer: `120000`,
			Flow: sceneFlow("with-large-values", `steps:
  take: {uses: transform, with: {set: {text: "{{ trigger.body.text }}"}}}
  call: {uses: http, with: {url: "http://SERVICE/large/call"}}
  end: {uses: respond, with: {body: "{{ len(steps.take.text) }}"}}
edges: [trigger -> take, take -> call, call -> end]
`),
			Paths: []string{"/large/call"},
		},
	}
	for i := range scenes {
		scenes[i].Flow = strings.ReplaceAll(scenes[i].Flow, "SERVICE", Service)
	}
	return scenes
}

// supporting are flows that scenes need.
func supporting() []string {
	return []string{strings.ReplaceAll(sceneFlow("the-child", `steps:
  call: {uses: http, with: {method: POST, effect: keyed, url: "http://SERVICE/child/call"}}
  end: {uses: respond, with: {body: "{{ steps.call.body }}"}}
edges: [trigger -> call, call -> end]
`), "SERVICE", Service)}
}

// publishedLater are versions that are published while executions of older ones are
// in the middle. Those end on their own.
func publishedLater() []string {
	return []string{sceneFlow("in-a-wait", `steps:
  end: {uses: respond, with: {body: second version}}
edges: [trigger -> end]
`)}
}
