/** Where an event happened: page, screen, language, clock zone. Names are those of Segment's context. */

import { VERSION } from "./settings.js";

/** The page of an address, with the title it has now. */
export function pageOf(win, href, referrer) {
  const { pathname, search } = new URL(href);
  return { url: href, path: pathname, search, title: win.document.title, referrer };
}

/** What is true of the whole visit to this page. */
export function surroundings(win) {
  const { screen, navigator } = win;
  const context = {
    library: { name: "omniloom.js", version: VERSION },
    userAgent: navigator.userAgent,
    locale: navigator.language,
  };
  if (screen) context.screen = { width: screen.width, height: screen.height, density: win.devicePixelRatio };
  const zone = win.Intl && win.Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) context.timezone = zone;
  return context;
}
