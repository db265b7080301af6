/**
 * Brings the queue's events to the server: soon after they happen, again with growing waits while it does not answer,
 * and at once when the page goes.
 *
 * An event leaves the queue when the server says what became of it, never before. So one may be sent twice (two tabs, a
 * beacon whose answer nobody hears); it carries the same message id, and the server counts it once.
 */

import { AGAIN, DONE, SMALLER, backoffMs, judge, retryAfterMs } from "./answer.js";

const GATHER_MS = 200; // what happens together travels together
const ANSWER_MS_MAX = 15000;
const EVENTS_MAX = 100;
const CHARS_MAX = 300000; // the server takes 500 KB
const LEAVING_CHARS_MAX = 20000; // browsers carry 64 KB for a page that goes; a letter may take three bytes
const OTHER_TAB_MS = 1000;
const WAIT = "ol.wait"; // the server asked for silence until then: true for every tab and the next page

export function openSender({ win, storage, queue, settings, note }) {
  const url = `${settings.url}/v1/batch`;
  const carried = new Set(); // sent with keepalive: they arrive though the page goes
  let timer = 0;
  let failures = 0;
  let isBusy = false;
  let isWanted = false; // somebody asked while a request was on its way
  let mostEvents = EVENTS_MAX;

  const now = () => win.Date.now();
  const silenceMs = () => Math.max(0, Math.min(Number(storage.get(WAIT)) - now() || 0, 3600000));

  function bodyOf(items) {
    const head = JSON.stringify({ writeKey: settings.key, sentAt: new Date(now()).toISOString() });
    return `${head.slice(0, -1)},"batch":[${items.map(({ text }) => text).join(",")}]}`;
  }

  /** Send in a while, not before the server wants to hear of us again. */
  function wake(ms) {
    win.clearTimeout(timer);
    timer = win.setTimeout(send, Math.max(ms, silenceMs()));
  }

  async function send() {
    if (isBusy) {
      isWanted = true;
      return;
    }
    isBusy = true;
    isWanted = false;
    try {
      await alone(round);
    } finally {
      isBusy = false;
      if (isWanted && !failures) wake(0);
    }
  }

  /** One tab sends for all of them, where the browser has locks; elsewhere two may send the same. */
  function alone(act) {
    const locks = win.navigator.locks;
    if (!locks) return act();
    const name = `omniloom.${settings.key}`;
    return locks.request(name, { ifAvailable: true }, (lock) => (lock ? act() : wake(OTHER_TAB_MS)));
  }

  async function round() {
    const items = queue.next({ eventsMax: mostEvents, charsMax: CHARS_MAX });
    if (!items.length) return;
    const answer = await post(items);
    const meaning = judge(answer.status);
    if (meaning === AGAIN) {
      failures += 1;
      if (answer.waitMs) storage.set(WAIT, String(now() + answer.waitMs));
      wake(backoffMs(failures, win.Math.random()));
      return;
    }
    failures = 0;
    if (meaning === SMALLER && items.length > 1) {
      mostEvents = Math.ceil(items.length / 2);
    } else {
      queue.remove(items);
      mostEvents = EVENTS_MAX;
      if (meaning !== DONE) note(`refused with ${answer.status}`, items);
      (answer.verdicts || []).filter(({ ok }) => !ok).forEach((verdict) => note("refused", verdict));
    }
    wake(0);
  }

  async function post(items) {
    const body = bodyOf(items);
    const isCarried = body.length < LEAVING_CHARS_MAX;
    const stop = win.AbortController ? new win.AbortController() : null;
    const limit = win.setTimeout(() => stop && stop.abort(), ANSWER_MS_MAX);
    if (isCarried) items.forEach(({ name }) => carried.add(name));
    try {
      const response = await win.fetch(url, {
        method: "POST",
        headers: { "content-type": "text/plain" }, // spares the browser's question before the request (CORS)
        body,
        keepalive: isCarried,
        credentials: "omit",
        signal: stop ? stop.signal : undefined,
      });
      const { status } = response;
      const waitMs = retryAfterMs(response.headers.get("retry-after"), now());
      const { verdicts } = judge(status) === DONE ? await response.json().catch(() => ({})) : {};
      return { status, waitMs, verdicts };
    } catch (unreachable) {
      return { status: 0, waitMs: 0 };
    } finally {
      win.clearTimeout(limit);
      items.forEach(({ name }) => carried.delete(name));
    }
  }

  /** The page goes: hand what is left to the browser. It stays queued, for nobody hears the answer. */
  function leave() {
    if (!win.navigator.sendBeacon || silenceMs()) return;
    const without = new Set(carried);
    for (;;) {
      const items = queue.next({ eventsMax: EVENTS_MAX, charsMax: LEAVING_CHARS_MAX, without });
      if (!items.length || !win.navigator.sendBeacon(url, bodyOf(items))) return;
      items.forEach(({ name }) => without.add(name));
    }
  }

  win.addEventListener("pagehide", leave);
  win.addEventListener("online", () => {
    failures = 0;
    wake(0);
  });

  return {
    /** There is something new. */
    notify() {
      if (!failures) wake(GATHER_MS);
    },

    /** Send what earlier pages left. */
    start() {
      wake(0);
    },
  };
}
