// What every page loads. Other modules import their neighbours by "./name.js", never by a hashed address,
// so that each is loaded once and shares its state.

import "./keys.js";
import "./notices.js";
import "./reveal.js";
import "./grid.js";
import "./dialogs.js";
import "./hints.js";
import "./idle.js";
import "./sure.js";
import "./upload/sheet.js";
