// Takes the place of style-mod's way into the page. The original writes a
// <style> element, which our Content-Security-Policy forbids; constructed style
// sheets need no permission. They lie in a cascade layer, so that every rule of
// our own style sheets wins over CodeMirror's, whatever its selector.
import { StyleModule as Original } from "style-mod";

/** @type {WeakMap<Original, CSSStyleSheet>} */
const sheets = new WeakMap();

export class StyleModule extends Original {
  /**
   * Adds what the page has not got yet, in the order given.
   * @param {Document | ShadowRoot} root
   * @param {Original | readonly Original[]} modules
   */
  static mount(root, modules) {
    for (const module of [modules].flat()) {
      if (sheets.has(module)) continue;
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`@layer codemirror {\n${module.getRules()}\n}`);
      sheets.set(module, sheet);
      root.adoptedStyleSheets.push(sheet);
    }
  }
}
