// All that the page of a flow runs.
import "./canvas.js";
import "./flow.js";
import "./inspector.js";
import "./draft-head.js";
import "./palette.js";
import "./clipboard.js";
import "./run.js";
import "./settings.js";
import "./data-panel.js";
