// What a run was, in a sentence. Plain ES module, checked by tsc.

/** @param {number} n @param {string} thing */
const count = (n, thing) => `${n} ${thing}${n === 1 ? "" : "s"}`;

/**
 * @param {import("./reducer.js").ExecutionState} state
 * @param {boolean} test
 */
export function summary(state, test) {
  let performed = 0, examples = 0, pinned = 0, reused = 0;
  for (const step of state.steps.values()) {
    const runs = [...step.runs.values()];
    if (runs.some((run) => run.pinned)) pinned++;
    else if (runs.some((run) => run.reused)) reused++;
    else if (runs.some((run) => run.simulated)) examples++;
    else if (runs.some((run) => run.status !== "skipped")) performed++;
  }
  const answer = state.answer ? `, answered ${state.answer.status}` : "";
  if (state.part || pinned + reused > 0) {
    const said = [`${state.part ? "Test of a part" : test ? "Test" : "Call"}: ${count(performed, "step")} run`];
    if (pinned > 0) said.push(`${pinned} pinned`);
    if (reused > 0) said.push(`${reused} reused`);
    if (examples > 0) said.push(count(examples, "example"));
    return said.join(", ") + answer;
  }
  if (state.safe && examples > 0) return `Safe test: ${count(performed, "step")} real, ${count(examples, "example")}${answer}`;
  if (state.safe) return `Safe test: ${count(performed, "step")}, all of them real${answer}`;
  return `${test ? "Test for real" : "Call"}: ${count(performed, "step")}${answer}`;
}
