/**
 * Who the visitor is: an anonymous id in a first-party cookie with a copy in localStorage (each restores the other),
 * and the user id once the page has named it. Read anew for each event, so that all tabs agree.
 */

import { readCookie, writeCookie } from "./cookie.js";
import { uuid } from "./uuid.js";

const COOKIE = "ol_id"; // the pixel reads the same name
const ID = "ol.id";
const USER = "ol.user";

export function openVisitor(win, storage, settings) {
  const cookie = { domain: settings.cookieDomain, days: settings.cookieDays };

  function keep(id) {
    writeCookie(win, COOKIE, id, cookie);
    storage.set(ID, id);
    return id;
  }

  return {
    anonymousId() {
      const id = readCookie(win, COOKIE);
      if (!id) {
        keep(storage.get(ID) || uuid(win));
        return readCookie(win, COOKIE) || storage.get(ID); // another tab may have been first
      }
      if (storage.get(ID) !== id) storage.set(ID, id);
      return id;
    },

    /** Let the cookie live on from now. */
    renew() {
      keep(this.anonymousId());
    },

    userId() {
      return storage.get(USER) || "";
    },

    /** The page names the visitor; a different name than before is a different person in front of the screen. */
    name(userId) {
      if (this.userId() && this.userId() !== userId) keep(uuid(win));
      storage.set(USER, userId);
    },

    forget() {
      writeCookie(win, COOKIE, "", { domain: settings.cookieDomain, days: 0 });
      storage.remove(ID);
      storage.remove(USER);
    },
  };
}
