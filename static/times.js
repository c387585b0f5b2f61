// Spans and points of time, as all pages write them; Span of web/ui/times.go says
// the same. Plain ES module, checked by tsc.

/**
 * A span of time as people read it.
 * @param {number} ms
 */
export function span(ms) {
  if (ms < 1) return "< 1 ms";
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** @param {Intl.DateTimeFormatOptions} options */
const format = (options) => new Intl.DateTimeFormat("en-GB", options);
const clock = /** @type {const} */ ({ hour: "2-digit", minute: "2-digit" });
const forms = {
  exact: format({ day: "numeric", month: "short", year: "numeric", ...clock, second: "2-digit" }),
  day: format({ day: "numeric", month: "short", ...clock }),
  clock: format(clock),
  seconds: format({ ...clock, second: "2-digit", fractionalSecondDigits: 3 }),
};

/**
 * A point in time where the viewer is: "exact" is 22 Nov 2026, 14:05:09.
 * @param {Date | number} at
 * @param {keyof typeof forms} form
 */
export const written = (at, form) => forms[form].format(at);
