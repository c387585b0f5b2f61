// The page for those whose programs call a flow. Plain ES module, checked by tsc.
import "./page.js";
import { tabs } from "./dom.js";

tabs(document.body);
