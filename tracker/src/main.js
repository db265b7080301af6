/** The script's entry: takes over from the snippet, or from the attributes of its own tag. */

import { VERSION, optionsOf, readSettings } from "./settings.js";
import { openTracker } from "./tracker.js";

const tag = document.currentScript;
const found = (window.omniloom = window.omniloom || {});

if (!found.version) begin(tag);

function begin(script) {
  const settings =
    script && script.dataset.key
      ? { key: script.dataset.key, url: script.dataset.url || new URL(script.src).origin, options: optionsOf(script.dataset) }
      : { key: found.k, url: found.u, options: found.o };
  const tracker = openTracker(window, readSettings(settings));
  const early = found.q || [];
  Object.assign(found, tracker.api, { version: VERSION });
  if (document.prerendering) {
    document.addEventListener("prerenderingchange", () => tracker.start(early), { once: true });
  } else {
    tracker.start(early, found.t);
  }
}
