// All that the page of an execution runs.
import "./page.js";
import "./canvas.js";
import "./execution.js";
import "./overlay.js";
