// How keys are called on the machine that people sit at. Plain ES module, checked
// by tsc.

const mac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The key that begins commands, before the one that it is pressed with. */
export const commandKey = mac ? "⌘" : "Ctrl+";
export const shiftKey = mac ? "⇧" : "Shift+";
/** The keys that take an undo back. */
export const redoKeys = mac ? "⇧⌘Z" : "Ctrl+Y";
export const deleteKey = mac ? "⌫" : "Del";
