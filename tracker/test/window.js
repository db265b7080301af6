/** A window small enough to see through: a clock and timers that move when told, storage, cookies, and a server. */

import { webcrypto } from "node:crypto"; // node 18 has no global one

const NOON = Date.UTC(2026, 2, 2, 12);

export function openWindow({ href = "https://shop.example/", referrer = "", storage, navigator = {}, answer, at = NOON } = {}) {
  const heard = {};
  const timers = new Map();
  const cookies = new Map();
  let now = at;
  let made = 0;

  const win = {
    location: { href, hostname: new URL(href).hostname, protocol: new URL(href).protocol },
    localStorage: storage || openLocalStorage(),
    navigator: Object.assign({ userAgent: "Test", language: "ru-RU" }, navigator),
    crypto: webcrypto,
    console: { log() {} },
    Math: { random: () => 0.5 },
    Date: { now: () => now },
    history: {
      pushState: (_state, _title, to) => go(to),
      replaceState: (_state, _title, to) => go(to),
    },
    document: {
      title: "Shop",
      referrer,
      get cookie() {
        return Array.from(cookies, ([name, value]) => `${name}=${value}`).join("; ");
      },
      set cookie(text) {
        const [pair, ...marks] = text.split("; ");
        const [name, value] = pair.split("=");
        if (marks.includes("max-age=0")) cookies.delete(name);
        else cookies.set(name, value);
      },
      addEventListener: (name, act) => {
        heard[name] = act;
      },
    },
    addEventListener: (name, act) => {
      (heard[name] = heard[name] || []).push(act);
    },
    setTimeout: (act, ms) => {
      made += 1;
      timers.set(made, { act, at: now + (ms || 0) });
      return made;
    },
    clearTimeout: (id) => timers.delete(id),
    sent: [],
    async fetch(url, { body }) {
      const request = Object.assign({ at: now, url }, JSON.parse(body));
      win.sent.push(request);
      const { status = 200, headers = {}, verdicts = [] } = (answer && (await answer(request))) || {};
      if (!status) throw new TypeError("no network");
      return { status, headers: { get: (name) => headers[name] || null }, json: async () => ({ verdicts }) };
    },
  };

  function go(to) {
    win.location.href = new URL(to, win.location.href).href;
  }

  win.fire = (name, event) => (heard[name] || []).forEach((act) => act(event || {}));

  /** Let time pass, timers and answers included. */
  win.pass = async (ms) => {
    const end = now + ms;
    for (;;) {
      await new Promise(setImmediate);
      const next = Array.from(timers).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!next || next[1].at > end) break;
      timers.delete(next[0]);
      now = Math.max(now, next[1].at);
      next[1].act();
    }
    now = end;
  };
  return win;
}

export function openLocalStorage(charsMax = Infinity) {
  const kept = {};
  const methods = {
    getItem: (key) => (key in kept ? kept[key] : null),
    setItem: (key, text) => {
      const used = Object.values(kept).reduce((sum, value) => sum + value.length, 0);
      if (used + text.length > charsMax) throw new Error("QuotaExceededError");
      kept[key] = text;
    },
    removeItem: (key) => delete kept[key],
  };
  return new Proxy(kept, { get: (_target, name) => methods[name] || kept[name] });
}
