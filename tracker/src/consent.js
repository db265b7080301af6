/**
 * Whether the visitor may be followed: "granted", "denied", or "pending" while he has not been asked.
 * The answer itself is kept in a cookie without any id, which is needed to respect it.
 */

import { readCookie, writeCookie } from "./cookie.js";

const COOKIE = "ol_consent";

export function openConsent(win, settings) {
  const cookie = { domain: settings.cookieDomain, days: settings.cookieDays };
  const { doNotTrack, globalPrivacyControl } = win.navigator;
  let answered = ""; // where cookies are refused, the answer holds for this page
  const isUnwilling = settings.respectDoNotTrack && (doNotTrack === "1" || globalPrivacyControl === true);

  return {
    state() {
      const said = readCookie(win, COOKIE) || answered;
      if (said) return said === "1" ? "granted" : "denied";
      if (isUnwilling) return "denied";
      return settings.consent === "required" ? "pending" : "granted";
    },

    answer(isGiven) {
      answered = isGiven ? "1" : "0";
      writeCookie(win, COOKIE, answered, cookie);
    },
  };
}
