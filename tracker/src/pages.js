/**
 * Page views by themselves: the first, and each change of the address by a page that never reloads.
 *
 * A view is told a moment later, with its own time, because such pages set their title after the address; any other
 * event tells it first, so that the order stays.
 */

const TITLE_MS = 100;

/**
 * `view({href, referrer, at})` tells of a page view; the first one began at `startedAt`, before this script was here.
 * Returns what tells a waiting view at once.
 */
export function watchPages(win, view, startedAt) {
  let waiting = null;
  let shown = "";
  let timer = 0;

  function tell() {
    win.clearTimeout(timer);
    const seen = waiting;
    waiting = null;
    if (seen) view(seen);
  }

  function look() {
    const { href } = win.location;
    const address = href.split("#")[0];
    if (address === shown.split("#")[0]) return;
    tell();
    waiting = { href, referrer: shown || win.document.referrer, at: shown ? win.Date.now() : startedAt };
    shown = href;
    timer = win.setTimeout(tell, TITLE_MS);
  }

  ["pushState", "replaceState"].forEach((name) => {
    const original = win.history[name];
    win.history[name] = function change(...given) {
      const result = original.apply(this, given);
      look();
      return result;
    };
  });
  win.addEventListener("popstate", look);
  win.addEventListener("pagehide", tell, true);
  look();
  return tell;
}
