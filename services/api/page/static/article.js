// An article: its times in the reader's zone, and its keys.

import { listen, visit } from "./keys.js";
import { showTimes } from "./times.js";

showTimes(document);
listen({ v: () => visit(document.getElementById("main").dataset.original) });
