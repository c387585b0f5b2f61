// All that the page of a flow runs.
import "./page.js";
import "./canvas.js";
import "./flow.js";
import "./inspector.js";
import "./draft-head.js";
import "./palette.js";
import "./clipboard.js";
import "./run.js";
import "./overlay.js";
import "./data-panel.js";
import "./regions.js";
