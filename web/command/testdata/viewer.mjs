// A viewer of a flow behind a bad network: it follows the flow, and each of its
// executions by itself, with the client that browsers use, and prints every
// event that the client hands out.
import { followExecution, followFlow } from "../../../static/live.js";

const [, , bad, good, token, slug, count] = process.argv;
const headers = { Authorization: `Bearer ${token}` };
const say = (line) => process.stdout.write(line + "\n");

const surroundings = {
  connect: (path) => new WebSocket(bad.replace("http", "ws") + path, { headers }),
  // Pauses are those of a hurried browser: the order of things is the same.
  later: (run, ms) => {
    const timer = setTimeout(run, ms < 20_000 ? ms / 50 : ms);
    return () => clearTimeout(timer);
  },
  now: () => Date.now(),
  random: Math.random,
  onWake: () => () => {},
};

const ended = { flow: 0, alone: 0 };
const show = (name) => (events) => {
  for (const event of events) {
    say(`${name} ${JSON.stringify(event)}`);
    if (event.type === "execution.started" && name === "flow") {
      followExecution(event.execution, { surroundings, onEvents: show("alone") });
    }
    if (event.type === "execution.finished" && ++ended[name] && ended.flow + ended.alone === 2 * Number(count)) flow.stop();
  }
};

let open = false;
const flow = followFlow(slug, {
  since: "", surroundings, onEvents: show("flow"),
  get: async (path) => (await fetch(good + path, { headers })).json(),
  onState: (state) => {
    if (state.name === "live" && !open) say("open");
    open ||= state.name === "live";
  },
});
