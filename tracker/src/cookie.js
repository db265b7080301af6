/** First-party cookies: SameSite=Lax, Secure over https. */

export function readCookie(win, name) {
  const found = win.document.cookie.match(new RegExp(`(?:^|; )${name}=([^;]*)`));
  return found ? decodeURIComponent(found[1]) : "";
}

/** Set a cookie for so many days; zero days remove it. */
export function writeCookie(win, name, value, { domain, days }) {
  win.document.cookie = [
    `${name}=${encodeURIComponent(value)}`,
    "path=/",
    `max-age=${Math.round(days * 86400)}`,
    "SameSite=Lax",
    domain ? `domain=${domain}` : "",
    win.location.protocol === "https:" ? "Secure" : "",
  ]
    .filter(Boolean)
    .join("; ");
}
