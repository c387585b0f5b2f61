// What somebody used lately, remembered by the browser. Plain ES module, checked
// by tsc.

const most = 8;

/**
 * A short list under a name, newest first.
 * @param {string} name
 */
export function recent(name) {
  const key = `redial.${name}.recent`;
  return {
    /** @returns {string[]} */
    list() {
      try {
        const kept = JSON.parse(localStorage.getItem(key) ?? "[]");
        return Array.isArray(kept) ? kept.filter((item) => typeof item === "string").slice(0, most) : [];
      } catch {
        return [];
      }
    },
    /** @param {string} item */
    use(item) {
      try {
        localStorage.setItem(key, JSON.stringify([item, ...this.list().filter((other) => other !== item)].slice(0, most)));
      } catch { /* a browser that remembers nothing */ }
    },
  };
}
