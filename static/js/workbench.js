// What the pages of the workbench load beside app.js.

import "./pictures.js";
import "./stage.js";
import "./viewer.js";
import "./crop.js";
import "./compare.js";
import "./faces.js";
import "./lines.js";
import "./asking.js";
