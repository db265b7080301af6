/** Puts the parts together: a call becomes an event with who, where, when and whence, and goes into the queue. */

import { openConsent } from "./consent.js";
import { pageOf, surroundings } from "./context.js";
import { readFields, watchForms } from "./forms.js";
import { watchPages } from "./pages.js";
import { openQueue, worth } from "./queue.js";
import { openSender } from "./sender.js";
import { openSession } from "./session.js";
import { shopCalls } from "./shop.js";
import { openStorage } from "./storage.js";
import { uuid } from "./uuid.js";
import { openVisitor } from "./visitor.js";

const CALLS = ["page", "product", "list", "cart", "order", "form", "identify", "track"];
const HELD_MAX = 50; // calls that wait for the visitor's answer, in memory only
const EVENT_CHARS_MAX = 200000; // from 32 KB on the server refuses an event, and keeps it with the reason
const TRACKING = { channel: "web", purpose: "tracking", method: "page" };

export function openTracker(win, settings) {
  const storage = openStorage(win);
  const consent = openConsent(win, settings);
  const visitor = openVisitor(win, storage, settings);
  const session = openSession(win, storage, settings);
  const queue = openQueue(storage, settings.key);
  const sender = openSender({ win, storage, queue, settings, note });
  const around = surroundings(win);
  let held = [];
  let past = null; // the moment of a call that had to wait
  let tellPage = () => {};

  function note(what, about) {
    if (settings.debug) win.console.log(`omniloom: ${what}`, about);
  }

  /** When and where the call at hand was made: `{at, href, referrer}`. */
  function moment() {
    return past || { at: win.Date.now(), href: win.location.href, referrer: win.document.referrer };
  }

  /** Make an event of a call and queue it. Returns its message id, or null if it cannot be sent. */
  function emit(type, fields) {
    const { at, href, referrer } = moment();
    const event = Object.assign({ type, messageId: uuid(win), timestamp: new Date(at).toISOString() }, fields);
    event.anonymousId = visitor.anonymousId();
    if (visitor.userId()) event.userId = visitor.userId();
    event.context = Object.assign({}, around, session.context(at), { page: pageOf(win, href, referrer) });
    const dropped = queue.takeDropped();
    if (dropped) event.context.dropped = dropped;
    const text = asJson(event);
    if (text.length > EVENT_CHARS_MAX) {
      note("too large, not sent", event);
      return null;
    }
    queue.add(text, { at, rank: worth(event), id: event.messageId });
    note("queued", event);
    sender.notify();
    return event.messageId;
  }

  function track(name, properties) {
    return emit("track", { event: String(name), properties: properties || {} });
  }

  function page(name, properties) {
    const { at, href, referrer } = moment();
    session.arrive(href, referrer, at);
    const where = pageOf(win, href, referrer);
    const given = typeof name === "object" ? name : properties;
    return emit("page", {
      name: typeof name === "string" ? name : where.title,
      properties: Object.assign(where, given),
    });
  }

  function identify(userId, traits) {
    const isNamed = typeof userId === "string" || typeof userId === "number";
    if (isNamed) visitor.name(String(userId));
    return emit("identify", { traits: (isNamed ? traits : userId) || {} });
  }

  function form(what, fields) {
    if (!what || !what.elements) return submitted({ name: String(what), id: "", fields: fields || {} });
    const name = what.dataset.omniloomForm || what.getAttribute("name") || "";
    return submitted({ name, id: what.getAttribute("id") || "", fields: readFields(what) });
  }

  function submitted({ name, id, fields, isIdentifying }) {
    const { email, phone } = fields;
    if (isIdentifying && (email || phone)) identify({ email, phone });
    return track("Form Submitted", { form_name: name, form_id: id, fields });
  }

  const acts = Object.assign({ page, track, identify, form, submitted }, shopCalls({ storage, settings, emit: track }));

  /** Run a call, hold it until the visitor has answered, or forget it if he refused. `made`: its moment, if past. */
  function run(name, given, made) {
    const state = consent.state();
    if (state === "pending") held = held.concat([[name, given, made || moment()]]).slice(-HELD_MAX);
    if (state !== "granted") return null;
    tellPage();
    past = made || null;
    try {
      return acts[name](...given);
    } finally {
      past = null;
    }
  }

  /** `omniloom.consent(true, {wording, method, purpose})`: the visitor's answer, and the proof of it. */
  function answer(isGiven, details) {
    const before = consent.state();
    const proof = Object.assign({}, TRACKING, details);
    if (isGiven && before !== "granted") {
      consent.answer(true);
      begin();
      const waiting = held;
      held = [];
      waiting.forEach((call) => run(...call));
      track("Consent Given", proof);
    } else if (!isGiven) {
      if (before === "granted") track("Consent Withdrawn", proof);
      consent.answer(false);
      held = [];
      visitor.forget();
      // What was collected with consent is still delivered; everything else goes from this browser.
      storage.keys("ol.").filter((key) => !key.startsWith("ol.q.")).forEach(storage.remove);
    } else {
      consent.answer(true);
    }
  }

  /** Whoever sits here from now on is somebody else. */
  function reset() {
    visitor.forget();
    session.forget();
    held = [];
  }

  function begin() {
    const { at, href, referrer } = moment();
    session.arrive(href, referrer, at);
    visitor.renew();
  }

  /** A fault of the tracker is never a fault of the page. */
  function guarded(act) {
    return (...given) => {
      try {
        return act(...given);
      } catch (fault) {
        note("fault", fault);
        return null;
      }
    };
  }

  const api = {
    consent: guarded((isGiven, details) => answer(Boolean(isGiven), details)),
    reset: guarded(reset),
    anonymousId: guarded(() => (consent.state() === "granted" ? visitor.anonymousId() : "")),
    debug: (isOn) => {
      settings.debug = isOn !== false;
    },
  };
  CALLS.forEach((name) => {
    api[name] = guarded((...given) => run(name, given));
  });

  return {
    api,

    /**
     * Begin. The page began at `startedAt` and made some calls before the script was here:
     * `[name, arguments, time, address]`.
     */
    start(early, startedAt) {
      sender.start();
      if (consent.state() === "granted") guarded(begin)();
      if (settings.autoPage) {
        tellPage = watchPages(win, guarded((seen) => run("page", [], seen)), startedAt || win.Date.now());
      }
      if (settings.autoForms) watchForms(win, guarded((sent) => run("submitted", [sent])));
      early.forEach(([name, given, at, href]) => {
        const made = { at, href, referrer: win.document.referrer };
        if (CALLS.includes(name)) guarded(() => run(name, given, made))();
        else if (api[name]) api[name](...given);
      });
    },
  };
}

/** JSON that every server can read: no half of a surrogate pair, no NUL. */
export function asJson(value) {
  return JSON.stringify(value).replace(/\\\\|\\u(?:0000|d[89a-f][0-9a-f]{2})/gi, (found) =>
    found === "\\\\" ? found : "\ufffd",
  );
}
