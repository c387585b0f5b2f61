// What of the canvas is in sight: panning, zooming, and the minimap. One layer
// is moved; what is on it stays where it is.
import { overlap } from "./canvas-graph.js";
import { sizes } from "./geometry.js";
import { select, zoom, zoomIdentity, zoomTransform } from "./vendor/d3-zoom.js";

/** @typedef {{x: number, y: number, width: number, height: number}} Box */
/** @typedef {import("./canvas-graph.js").Card} Card */
/** @typedef {import("./vendor/d3-zoom.js").Transform} Transform */

const range = /** @type {[number, number]} */ ([0.05, 2]);
const readable = 0.6; // below this scale one cannot read what a card says
const told = 0.5; // to here, the whole of what has run says more than the words of its beginning
const far = 0.35; // below this one only names are shown
const small = 0.6; // below this one what leads on would not fit between the last step of a frame and its border
const margin = 48; // around what is brought into sight
const dot = 24; // between the dots of the ground
const controls = 60; // the height of what stands at the lower end of the canvas
const settle = 200; // milliseconds without moving, after which all is drawn anew, sharp

const still = matchMedia("(prefers-reduced-motion: reduce)");

/** @param {Box} a @param {Box} b @returns {Box} around both */
function around(a, b) {
  const x = Math.min(a.x, b.x), y = Math.min(a.y, b.y);
  return { x, y, width: Math.max(a.x + a.width, b.x + b.width) - x, height: Math.max(a.y + a.height, b.y + b.height) - y };
}

/** @param {number} a @param {number} b the remainder, never negative */
const mod = (a, b) => ((a % b) + b) % b;

export class Sight {
  /** Someone has moved the canvas: it is not moved by itself any more. */
  touched = false;
  /** All was asked for, and nothing else since: it stays in sight when there is less room. */
  #fitted = false;
  /** The canvas has moved to something; it does not open once more. */
  #shown = false;
  /** Where the view is in the window, as of the last measure(). */
  box = new DOMRect();
  #size = { width: 0, height: 0 };
  #map = { width: 0, height: 0 };
  #zoom = zoom();
  #settling = 0;
  /** @type {ResizeObserver | null} */
  #resizing = null;
  /** The height of what stands below the one card of a flow without steps; 0: nothing does. */
  #high = 0;

  /**
   * @param {HTMLElement} host the <flow-canvas>
   * @param {(name: string) => HTMLElement} part finds a part of it
   * @param {Box} bounds around all cards
   * @param {() => Box | undefined} beginning what to show of a flow that is too large to show
   * @param {(event: MouseEvent | WheelEvent | TouchEvent) => boolean} pans whether the pointer moves the canvas
   */
  constructor(host, part, bounds, beginning, pans) {
    this.host = host;
    this.part = part;
    this.bounds = bounds;
    this.beginning = beginning;
    this.pans = pans;
    this.view = part("view");
    this.map = part("minimap");
  }

  /** @param {AbortSignal} signal that ends listening */
  listen(signal) {
    const { view, map } = this;
    this.#zoom
      .scaleExtent(range)
      .clickDistance(4)
      .filter((event) => this.host.dataset.view === "canvas" && event.type !== "wheel" && event.type !== "dblclick" && this.pans(event))
      .on("start", (event) => { if (event.sourceEvent) this.#taken(); })
      .on("zoom", () => this.#moving());
    select(view).call(this.#zoom);
    view.addEventListener("wheel", (event) => this.#wheel(event), { signal, passive: false });
    // The browser scrolls what has the focus into sight; here the layer moves instead.
    view.addEventListener("scroll", () => { if (this.host.dataset.view === "canvas") view.scrollTo(0, 0); }, { signal });
    map.addEventListener("pointerdown", (event) => { map.setPointerCapture(event.pointerId); this.#jump(event); }, { signal });
    map.addEventListener("pointermove", (event) => { if (map.hasPointerCapture(event.pointerId)) this.#jump(event); }, { signal });
    // Else the middle button would scroll by itself.
    view.addEventListener("mousedown", (event) => { if (event.button === 1) event.preventDefault(); }, { signal });
    this.#resizing = new ResizeObserver(() => this.#resized());
    this.#resizing.observe(view);
    for (const beside of [this.#sheet(), this.#below()]) if (beside) this.#resizing.observe(beside);
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
    this.#fitted = true;
    this.#to(this.#fitting(), true);
  }

  /** Someone moves the canvas. */
  #taken() {
    this.touched = true;
    this.#fitted = false;
  }

  /** @param {unknown} change @param {unknown} value */
  #call(change, value) {
    this.#taken();
    const view = select(this.view);
    (still.matches ? view : view.transition().duration(140)).call(change, value);
  }

  /** Two fingers or the wheel move, with Ctrl or a pinch they zoom, as in drawing programs. @param {WheelEvent} event */
  #wheel(event) {
    if (this.host.dataset.view !== "canvas") return;
    event.preventDefault();
    this.#taken();
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

  /** Reads where the view is. Gestures do so at their beginning alone. */
  measure() {
    this.box = this.view.getBoundingClientRect();
    return this.box;
  }

  /** Where a place of the window is on the canvas. @param {number} clientX @param {number} clientY */
  toCanvas(clientX, clientY) {
    const { k, x, y } = zoomTransform(this.view);
    return { x: (clientX - this.box.left - x) / k, y: (clientY - this.box.top - y) / k };
  }

  /** Where a place of the canvas is in the window. @param {{x: number, y: number}} at */
  toClient(at) {
    const { k, x, y } = zoomTransform(this.view);
    const { left, top } = this.measure();
    return { clientX: left + x + at.x * k, clientY: top + y + at.y * k };
  }

  get scale() { return zoomTransform(this.view).k; }

  /** Changes with what is in sight. */
  get key() {
    const { k, x, y } = zoomTransform(this.view);
    return `${k} ${x} ${y}`;
  }

  /** What is in sight, on the canvas. @returns {Box} */
  area() {
    const { k, x, y } = zoomTransform(this.view);
    return { x: -x / k, y: -y / k, width: this.#size.width / k, height: this.#size.height / k };
  }

  /** Moves the canvas by pixels of the screen. @param {number} x @param {number} y */
  pan(x, y) {
    this.#taken();
    select(this.view).call(this.#zoom.translateBy, x / this.scale, y / this.scale);
  }

  /** The one card that stays in sight when there is less room. @type {() => Card | undefined} */
  kept = () => undefined;
  /** What leads to a card. @type {(card: Card) => Box | undefined} */
  before = () => undefined;

  #resized() {
    const before = this.area(), card = this.kept();
    this.#size = { width: this.view.clientWidth, height: this.view.clientHeight };
    this.#map = { width: this.map.clientWidth, height: this.map.clientHeight };
    this.#high = this.#below()?.scrollHeight ?? 0;
    if (this.#high || !this.touched && !this.#shown) this.open();
    else if (this.#fitted && !(card && this.#fitting().k < readable)) this.fit();
    else if (card && (before.width === 0 || overlap(card, before))) this.reveal(card);
    this.show();
  }

  /** What may lie above the lower part of the view. */
  #sheet() { return document.getElementById(this.host.dataset.sheet ?? ""); }

  /** What stands below the one card of a flow without steps. */
  #below() { return document.getElementById(this.host.dataset.below ?? ""); }

  /** How far below the card that is; the question what happens first is beside the card, or between. */
  get #gap() { return innerWidth > 720 ? 32 : 72; }

  /** How much of the view's height can be seen: a sheet may lie above the rest. */
  #free() {
    const { bottom, height } = this.view.getBoundingClientRect();
    const sheet = this.#sheet();
    if (!sheet || getComputedStyle(sheet).position !== "fixed") return height;
    const { height: own } = sheet.getBoundingClientRect();
    return own === 0 ? height : Math.max(2 * sizes.cardHeight, Math.min(height, height - (bottom - (innerHeight - own))));
  }

  /** Brings a card into sight if it is not, with what leads to it where there is room for both. @param {Card} card */
  reveal(card) {
    this.#shown = true;
    const { view } = this;
    const { k, x, y } = zoomTransform(view);
    const free = this.#free();
    const inset = Math.min(margin, view.clientWidth / 8, free / 8);
    /** How far a stretch must go to be within a length. @param {number} from @param {number} size @param {number} length */
    const into = (from, size, length) =>
      from < inset || size > length - 2 * inset ? inset - from : Math.min(0, length - inset - from - size);
    /** @param {Box} box */
    const way = (box) => [into(box.x * k + x, box.width * k, view.clientWidth), into(box.y * k + y, box.height * k, free)];
    const own = { x: card.x, y: card.y, width: Math.min(card.width, 2 * sizes.cardWidth), height: Math.min(card.height, 3 * sizes.cardHeight) };
    if (!way(own).some(Boolean)) return;
    const before = this.before(card), both = before ? around(before, own) : own;
    const fits = both.width * k <= view.clientWidth - 2 * inset && both.height * k <= free - 2 * inset;
    const [byX = 0, byY = 0] = way(fits ? both : own);
    this.#fitted = false;
    this.#to(zoomIdentity.translate(x + byX, y + byY).scale(k), true);
  }

  /** Where a pointer on the minimap is becomes the middle. @param {PointerEvent} event */
  #jump(event) {
    const { map, view } = this;
    const matrix = map instanceof SVGSVGElement ? map.getScreenCTM() : null;
    if (!matrix) return;
    this.#taken();
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    const { k } = zoomTransform(view);
    this.#to(zoomIdentity.translate(view.clientWidth / 2 - at.x * k, view.clientHeight / 2 - at.y * k).scale(k), false);
  }

  /** The transform that shows all, at actual size at most. */
  #fitting() {
    const { view } = this;
    const { x, y, width, height } = this.bounds;
    const free = this.#free();
    const card = this.#high && this.beginning();
    if (card) {
      const wide = card.width + (innerWidth > 720 ? 192 : 0);
      const high = card.height + this.#gap + this.#high;
      return zoomIdentity.translate((view.clientWidth - wide) / 2 - card.x, Math.max(24, (free - controls - high) / 2) - card.y);
    }
    const k = Math.max(range[0], Math.min(1, view.clientWidth / width, free / height));
    return zoomIdentity
      .translate((view.clientWidth - width * k) / 2 - x * k, (free - height * k) / 2 - y * k)
      .scale(k);
  }

  /** Shows all if that can be read, or else the beginning. */
  open() {
    const { view } = this;
    this.#size = { width: view.clientWidth, height: view.clientHeight };
    const all = this.#fitting();
    const first = this.beginning();
    if (all.k >= (this.host.hasAttribute("data-readonly") ? told : readable) || !first) { this.#to(all, false); return; }
    const k = view.clientWidth < 640 ? 0.85 : 0.8;
    const left = Math.min(margin, view.clientWidth / 16);
    this.#to(zoomIdentity.translate(left - first.x * k, this.#free() * 0.4 - (first.y + sizes.portY) * k).scale(k), false);
  }

  /** @param {Transform} transform @param {boolean} smoothly */
  #to(transform, smoothly) {
    const view = select(this.view);
    (smoothly && !still.matches ? view.transition().duration(160) : view.interrupt()).call(this.#zoom.transform, transform);
  }

  /** While it is zoomed, the layer is kept as a picture. What is only moved is drawn faster without one. */
  #moving() {
    this.view.dataset.panning = "";
    if (this.#scaled && this.scale !== this.#scaled) this.view.dataset.zooming = "";
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      delete this.view.dataset.panning;
      delete this.view.dataset.zooming;
    }, settle);
    this.show();
  }

  #scaled = 0;
  /** Called when the scale has changed. @type {(k: number) => void} */
  scaled = () => undefined;

  /** Shows the place and the scale that the canvas has now. */
  show() {
    const { view } = this;
    const { k, x, y } = zoomTransform(view);
    this.part("layer").style.transform = `translate(${x}px, ${y}px) scale(${k})`;
    const below = this.#high && this.#below(), card = this.beginning();
    if (below && card) {
      const top = y + (card.y + card.height) * k + this.#gap, room = this.#free() - controls - top;
      Object.assign(below.style, { top: `${top}px`, maxHeight: `${Math.max(0, room)}px`, visibility: room < 100 ? "hidden" : "" });
    }
    if (k !== this.#scaled) this.scaled(this.#scaled = k);
    // Dots keep a distance that can be seen: each step out leaves out every other one.
    const dots = dot * k * 2 ** Math.max(0, Math.ceil(Math.log2(0.66 / k)));
    const ground = this.part("grid").style;
    ground.setProperty("--dots", `${dots}px`);
    ground.transform = `translate(${mod(x, dots)}px, ${mod(y, dots)}px)`;
    this.host.toggleAttribute("data-far", k < far);
    this.host.toggleAttribute("data-small", k < small);
    const percent = `${Math.round(k * 100)} %`;
    const label = this.part("zoom");
    if (label.textContent !== percent) {
      label.textContent = percent;
      label.setAttribute("aria-label", `Zoom, ${percent}. Show actual size`);
    }
    const { width, height } = this.#size;
    this.#frame(-x / k, -y / k, width / k, height / k);
  }

  /** Frames what is in sight on the minimap, as far as the minimap reaches. @param {number} x @param {number} y @param {number} width @param {number} height */
  #frame(x, y, width, height) {
    const { map } = this, frame = this.part("map-view");
    if (!(map instanceof SVGSVGElement) || this.#map.width === 0) return; // too little room to show it
    const all = map.viewBox.baseVal;
    // Canvas pixels in one of the minimap's.
    const unit = { x: all.width / this.#map.width, y: all.height / this.#map.height };
    const left = Math.max(x, all.x + 2 * unit.x), right = Math.min(x + width, all.x + all.width - 2 * unit.x);
    const top = Math.max(y, all.y + 2 * unit.y), bottom = Math.min(y + height, all.y + all.height - 2 * unit.y);
    const shape = { x: left, y: top, width: Math.max(right - left, 0), height: Math.max(bottom - top, 0), rx: 4 * unit.x, ry: 4 * unit.y };
    for (const [name, value] of Object.entries(shape)) frame.setAttribute(name, String(value));
  }
}
