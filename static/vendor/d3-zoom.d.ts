// What our scripts use of d3-zoom.js.
export interface Transform {
  readonly k: number;
  readonly x: number;
  readonly y: number;
  translate(x: number, y: number): Transform;
  scale(k: number): Transform;
  invert(point: [number, number]): [number, number];
}
export interface ZoomEvent {
  readonly transform: Transform;
  readonly sourceEvent: Event | null;
}
export interface Target {
  call(behaviour: unknown, ...parameters: unknown[]): Target;
  on(types: string, listener: null | ((event: Event) => void)): Target;
  interrupt(): Target;
  transition(): { duration(ms: number): Target };
}
export interface Zoom {
  scaleExtent(range: [number, number]): Zoom;
  clickDistance(pixels: number): Zoom;
  filter(allows: (event: MouseEvent | WheelEvent | TouchEvent) => boolean): Zoom;
  wheelDelta(delta: (event: WheelEvent) => number): Zoom;
  on(types: "start" | "zoom" | "end", listener: (event: ZoomEvent) => void): Zoom;
  readonly transform: unknown;
  readonly translateBy: unknown;
  readonly scaleBy: unknown;
  readonly scaleTo: unknown;
}
export function zoom(): Zoom;
export function zoomTransform(node: Element): Transform;
export const zoomIdentity: Transform;
export function select(node: Element): Target;
