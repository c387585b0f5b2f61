// What of the canvas is in sight: panning, zooming, and the minimap. One layer
// is moved; what is on it stays where it is.
import { sizes } from "./geometry.js";
import { select, zoom, zoomIdentity, zoomTransform } from "./vendor/d3-zoom.js";

/** @typedef {{x: number, y: number, width: number, height: number}} Box */
/** @typedef {import("./vendor/d3-zoom.js").Transform} Transform */

const range = /** @type {[number, number]} */ ([0.05, 2]);
const readable = 0.5; // below this scale one cannot read what a card says
const far = 0.35; // below this one only names are shown
const margin = 48; // around what is brought into sight
const dot = 24; // between the dots of the ground
const settle = 200; // milliseconds without moving, after which all is drawn anew, sharp

const still = matchMedia("(prefers-reduced-motion: reduce)");

/** @param {number} a @param {number} b the remainder, never negative */
const mod = (a, b) => ((a % b) + b) % b;

export class Sight {
  /** Someone has moved the canvas: it is not moved by itself any more. */
  touched = false;
  #zoom = zoom();
  #settling = 0;
  /** @type {ResizeObserver | null} */
  #resizing = null;

  /**
   * @param {HTMLElement} host the <flow-canvas>
   * @param {(name: string) => HTMLElement} part finds a part of it
   * @param {Box} bounds around all cards
   * @param {() => Box | undefined} beginning what to show of a flow that is too large to show
   */
  constructor(host, part, bounds, beginning) {
    this.host = host;
    this.part = part;
    this.bounds = bounds;
    this.beginning = beginning;
    this.view = part("view");
    this.map = part("minimap");
  }

  /** @param {AbortSignal} signal that ends listening */
  listen(signal) {
    const { view, map } = this;
    this.#zoom
      .scaleExtent(range)
      .clickDistance(4)
      .filter((event) => event.type !== "wheel" && event.type !== "dblclick" && !("button" in event && event.button > 1) && this.host.dataset.view === "canvas")
      .on("start", (event) => { if (event.sourceEvent) this.touched = true; })
      .on("zoom", () => this.#moving());
    select(view).call(this.#zoom);
    view.addEventListener("wheel", (event) => this.#wheel(event), { signal, passive: false });
    // The browser scrolls what has the focus into sight; here the layer moves instead.
    view.addEventListener("scroll", () => { if (this.host.dataset.view === "canvas") view.scrollTo(0, 0); }, { signal });
    map.addEventListener("pointerdown", (event) => { map.setPointerCapture(event.pointerId); this.#jump(event); }, { signal });
    map.addEventListener("pointermove", (event) => { if (map.hasPointerCapture(event.pointerId)) this.#jump(event); }, { signal });
    this.#resizing = new ResizeObserver(() => { if (!this.touched) this.open(); this.show(); });
    this.#resizing.observe(view);
    signal.addEventListener("abort", () => {
      this.#resizing?.disconnect();
      clearTimeout(this.#settling);
      select(view).interrupt().on(".zoom", null);
    });
  }

  /** @param {"in" | "out"} way */
  step(way) { this.#call(this.#zoom.scaleBy, way === "in" ? 1.25 : 0.8); }

  actual() { this.#call(this.#zoom.scaleTo, 1); }

  fit() {
    this.touched = true;
    this.#to(this.#fitting(), true);
  }

  /** @param {unknown} change @param {unknown} value */
  #call(change, value) {
    this.touched = true;
    const view = select(this.view);
    (still.matches ? view : view.transition().duration(140)).call(change, value);
  }

  /** Two fingers or the wheel move, with Ctrl or a pinch they zoom, as in drawing programs. @param {WheelEvent} event */
  #wheel(event) {
    if (this.host.dataset.view !== "canvas") return;
    event.preventDefault();
    this.touched = true;
    const { view } = this;
    const unit = event.deltaMode === 1 ? 20 : event.deltaMode === 2 ? view.clientHeight : 1;
    const { k } = zoomTransform(view);
    if (event.ctrlKey || event.metaKey) {
      const box = view.getBoundingClientRect();
      const factor = 2 ** (-Math.max(-60, Math.min(60, event.deltaY * unit)) * 0.01);
      select(view).call(this.#zoom.scaleBy, factor, [event.clientX - box.left, event.clientY - box.top]);
      return;
    }
    const sideways = event.shiftKey && event.deltaX === 0;
    const x = sideways ? event.deltaY : event.deltaX, y = sideways ? 0 : event.deltaY;
    select(view).call(this.#zoom.translateBy, (-x * unit) / k, (-y * unit) / k);
  }

  /** Brings a card into sight if it is not. @param {Box} card */
  reveal(card) {
    this.touched = true;
    const { view } = this;
    const { k, x, y } = zoomTransform(view);
    const inset = Math.min(margin, view.clientWidth / 8);
    /** How far a stretch must go to be within a length. @param {number} from @param {number} size @param {number} length */
    const into = (from, size, length) =>
      from < inset || size > length - 2 * inset ? inset - from : Math.min(0, length - inset - from - size);
    const height = Math.min(card.height, 3 * sizes.cardHeight), width = Math.min(card.width, 2 * sizes.cardWidth);
    const byX = into(card.x * k + x, width * k, view.clientWidth), byY = into(card.y * k + y, height * k, view.clientHeight);
    if (byX || byY) this.#to(zoomIdentity.translate(x + byX, y + byY).scale(k), true);
  }

  /** Where a pointer on the minimap is becomes the middle. @param {PointerEvent} event */
  #jump(event) {
    const { map, view } = this;
    const matrix = map instanceof SVGSVGElement ? map.getScreenCTM() : null;
    if (!matrix) return;
    this.touched = true;
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    const { k } = zoomTransform(view);
    this.#to(zoomIdentity.translate(view.clientWidth / 2 - at.x * k, view.clientHeight / 2 - at.y * k).scale(k), false);
  }

  /** The transform that shows all, at actual size at most. */
  #fitting() {
    const { view } = this;
    const { x, y, width, height } = this.bounds;
    const k = Math.max(range[0], Math.min(1, view.clientWidth / width, view.clientHeight / height));
    return zoomIdentity
      .translate((view.clientWidth - width * k) / 2 - x * k, (view.clientHeight - height * k) / 2 - y * k)
      .scale(k);
  }

  /** Shows all if that can be read, or else the beginning. */
  open() {
    const { view } = this;
    const all = this.#fitting();
    const first = this.beginning();
    if (all.k >= readable || !first) { this.#to(all, false); return; }
    const k = view.clientWidth < 640 ? 0.85 : 0.8;
    const left = Math.min(margin, view.clientWidth / 16);
    this.#to(zoomIdentity.translate(left - first.x * k, view.clientHeight * 0.4 - (first.y + sizes.portY) * k).scale(k), false);
  }

  /** @param {Transform} transform @param {boolean} smoothly */
  #to(transform, smoothly) {
    const view = select(this.view);
    (smoothly && !still.matches ? view.transition().duration(160) : view.interrupt()).call(this.#zoom.transform, transform);
  }

  /** While it moves, the layer is kept as a picture. */
  #moving() {
    this.view.dataset.moving = "";
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => { delete this.view.dataset.moving; }, settle);
    this.show();
  }

  /** Shows the place and the scale that the canvas has now. */
  show() {
    const { view } = this;
    const { k, x, y } = zoomTransform(view);
    this.part("layer").style.transform = `translate(${x}px, ${y}px) scale(${k})`;
    // Dots keep a distance that can be seen: each step out leaves out every other one.
    const dots = dot * k * 2 ** Math.max(0, Math.ceil(Math.log2(0.66 / k)));
    const ground = this.part("grid").style;
    ground.setProperty("--dots", `${dots}px`);
    ground.transform = `translate(${mod(x, dots)}px, ${mod(y, dots)}px)`;
    this.host.toggleAttribute("data-far", k < far);
    const percent = `${Math.round(k * 100)} %`;
    const label = this.part("zoom");
    if (label.textContent !== percent) {
      label.textContent = percent;
      label.setAttribute("aria-label", `Zoom, ${percent}. Show actual size`);
    }
    this.#frame(-x / k, -y / k, view.clientWidth / k, view.clientHeight / k);
  }

  /** Frames what is in sight on the minimap, as far as the minimap reaches. @param {number} x @param {number} y @param {number} width @param {number} height */
  #frame(x, y, width, height) {
    const { map } = this, frame = this.part("map-view");
    if (!(map instanceof SVGSVGElement) || map.clientWidth === 0) return; // too little room to show it
    const all = map.viewBox.baseVal;
    // Canvas pixels in one of the minimap's.
    const unit = { x: all.width / map.clientWidth, y: all.height / map.clientHeight };
    const left = Math.max(x, all.x + 2 * unit.x), right = Math.min(x + width, all.x + all.width - 2 * unit.x);
    const top = Math.max(y, all.y + 2 * unit.y), bottom = Math.min(y + height, all.y + all.height - 2 * unit.y);
    const shape = { x: left, y: top, width: Math.max(right - left, 0), height: Math.max(bottom - top, 0), rx: 4 * unit.x, ry: 4 * unit.y };
    for (const [name, value] of Object.entries(shape)) frame.setAttribute(name, String(value));
  }
}
