// What static/vendor/d3-zoom.js exports, and with it what is bundled.
export { zoom, zoomIdentity, zoomTransform } from "d3-zoom";
export { select } from "d3-selection";
