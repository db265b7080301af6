import assert from "node:assert/strict";
import { test } from "node:test";
import { readSettings } from "../src/settings.js";
import { asJson, openTracker } from "../src/tracker.js";
import { openLocalStorage, openWindow } from "./window.js";

const QUIET = { autoPage: false, autoForms: false };

function begin(win, options = QUIET, early = []) {
  const settings = readSettings({ key: "wk_12345678", url: "https://omni.example/", options });
  const tracker = openTracker(win, settings);
  tracker.start(early);
  return tracker.api;
}

const events = (win) => win.sent.flatMap(({ batch }) => batch);
const names = (win) => events(win).map(({ event, name, type }) => event || name || type);

test("calls become Segment's events and travel together", async () => {
  const win = openWindow({ href: "https://shop.example/?utm_campaign=spring&erid=2Vt" });
  const omniloom = begin(win, { ...QUIET, currency: "RUB" });
  omniloom.product({ product_id: "T" });
  omniloom.list([{ product_id: "T" }]);
  omniloom.cart("add", { product_id: "T" });
  omniloom.cart("remove", { product_id: "T" });
  omniloom.cart({ cart_id: "c" });
  omniloom.form("Callback", { phone: "+7" });
  omniloom.identify("u1", { email: "a@b.example" });
  omniloom.order({ order_id: "o1", revenue: 10 });
  await win.pass(1000);
  assert.equal(win.sent.length, 1);
  assert.equal(win.sent[0].url, "https://omni.example/v1/batch");
  assert.equal(win.sent[0].writeKey, "wk_12345678");
  assert.deepEqual(names(win), [
    "Product Viewed", "Product List Viewed", "Product Added", "Product Removed", "Cart Viewed", "Form Submitted",
    "identify", "Order Completed",
  ]);
  const sent = events(win);
  assert.equal(new Set(sent.map(({ messageId }) => messageId)).size, 8);
  assert.equal(new Set(sent.map(({ anonymousId }) => anonymousId)).size, 1);
  assert.deepEqual(sent[7].properties, { currency: "RUB", order_id: "o1", revenue: 10 });
  assert.equal(sent[7].userId, "u1");
  assert.equal(sent[0].userId, undefined);
  sent.forEach(({ context }) => {
    assert.deepEqual(context.campaign, { name: "spring" });
    assert.deepEqual(context.clickIds, { erid: "2Vt" });
  });
});

test("the same order told again is no second order", async () => {
  const storage = openLocalStorage();
  for (const _page of [1, 2]) {
    const win = openWindow({ storage });
    const omniloom = begin(win);
    omniloom.order({ order_id: "o1" });
    omniloom.order({ order_id: `o2-${_page}` });
    await win.pass(1000);
    assert.equal(events(win).length, _page === 1 ? 2 : 1);
  }
});

test("a silent server is tried again with the same ids, and each event leaves once", async () => {
  const statuses = [0, 503, 429, 408, 500];
  const win = openWindow({ answer: () => ({ status: statuses.length ? statuses.shift() : 200 }) });
  begin(win).track("A");
  await win.pass(60000);
  assert.equal(win.sent.length, 6);
  assert.equal(new Set(events(win).map(({ messageId }) => messageId)).size, 1);
  assert.equal(new Set(win.sent.map(({ sentAt }) => sentAt)).size > 1, true, "each try says when it was sent");
  await win.pass(600000);
  assert.equal(win.sent.length, 6);
});

test("Retry-After is obeyed by this page and the next, also when the network comes back", async () => {
  const storage = openLocalStorage();
  const busy = openWindow({ storage, answer: () => ({ status: 429, headers: { "retry-after": "30" } }) });
  begin(busy).track("A");
  await busy.pass(10000);
  busy.fire("online");
  await busy.pass(10000);
  assert.equal(busy.sent.length, 1);
  const next = openWindow({ storage, at: busy.Date.now() });
  begin(next).track("B");
  await next.pass(10000);
  assert.equal(next.sent.length, 0);
  await next.pass(10000);
  assert.deepEqual(names(next), ["A", "B"]);
});

test("what the server refuses for good is not sent again", async () => {
  const win = openWindow({ answer: () => ({ status: 401 }) });
  begin(win).track("A");
  await win.pass(600000);
  assert.equal(win.sent.length, 1);
});

test("a batch that is too large is halved", async () => {
  const win = openWindow({ answer: ({ batch }) => ({ status: batch.length > 2 ? 413 : 200 }) });
  const omniloom = begin(win);
  ["A", "B", "C", "D", "E"].forEach((name) => omniloom.track(name));
  await win.pass(60000);
  const taken = win.sent.filter(({ batch }) => batch.length <= 2).flatMap(({ batch }) => batch);
  assert.deepEqual(taken.map(({ event }) => event), ["A", "B", "C", "D", "E"]);
});

test("before consent nothing is stored or sent; with it everything is told, with its own time", async () => {
  const storage = openLocalStorage();
  const win = openWindow({ storage, href: "https://shop.example/?yclid=7" });
  const omniloom = begin(win, { ...QUIET, consent: "required" });
  omniloom.product({ product_id: "T" });
  await win.pass(60000);
  assert.deepEqual(Object.keys(storage), []);
  assert.equal(win.document.cookie, "");
  assert.equal(omniloom.anonymousId(), "");
  omniloom.consent(true, { wording: "May we?" });
  await win.pass(1000);
  assert.deepEqual(names(win), ["Product Viewed", "Consent Given"]);
  const [seen, given] = events(win);
  assert.equal(Date.parse(given.timestamp) - Date.parse(seen.timestamp), 60000);
  assert.equal(given.properties.wording, "May we?");
  assert.equal(given.properties.purpose, "tracking", "never taken for a consent to letters");
  assert.equal(seen.context.clickIds.yclid, "7");
});

test("a withdrawal is told, then nothing is left and nothing follows", async () => {
  const storage = openLocalStorage();
  const win = openWindow({ storage });
  const omniloom = begin(win);
  omniloom.order({ order_id: "1" });
  omniloom.consent(false);
  omniloom.track("After");
  await win.pass(1000);
  assert.deepEqual(names(win), ["Order Completed", "Consent Withdrawn"]);
  assert.deepEqual(Object.keys(storage), []);
  assert.equal(win.document.cookie, "ol_consent=0");
});

test("a refusal is respected on the next page, and is no event", async () => {
  const win = openWindow();
  begin(win, { ...QUIET, consent: "required" }).consent(false);
  begin(win, { ...QUIET, consent: "required" }).track("A");
  await win.pass(1000);
  assert.deepEqual(win.sent, []);
});

test("Do-Not-Track and Global Privacy Control count where the site says so", async () => {
  for (const navigator of [{ doNotTrack: "1" }, { globalPrivacyControl: true }]) {
    const win = openWindow({ navigator });
    begin(win, { ...QUIET, respectDoNotTrack: true }).track("A");
    await win.pass(1000);
    assert.deepEqual(win.sent, []);
    const indifferent = openWindow({ navigator });
    begin(indifferent).track("A");
    await indifferent.pass(1000);
    assert.equal(indifferent.sent.length, 1);
  }
});

test("the campaign holds for the visit, another one begins a new visit, the first touch stays", async () => {
  const win = openWindow({ href: "https://shop.example/?utm_campaign=one", referrer: "https://search.example/" });
  const omniloom = begin(win, { ...QUIET, autoPage: true });
  await win.pass(1000);
  win.history.pushState({}, "", "/next");
  await win.pass(20 * 60000);
  omniloom.track("Later");
  win.history.pushState({}, "", "/?utm_campaign=two");
  await win.pass(40 * 60000);
  omniloom.track("After a silence");
  await win.pass(1000);
  const told = events(win).map(({ context }) => [(context.campaign || {}).name, context.firstTouch.campaign.name]);
  assert.deepEqual(told, [["one", "one"], ["one", "one"], ["one", "one"], ["two", "one"], [undefined, "one"]]);
  const visits = events(win).map(({ context }) => context.sessionId);
  assert.equal(new Set(visits).size, 3);
  assert.equal(events(win)[0].context.referrer.url, "https://search.example/");
});

test("a page view is told before what follows it, once per address", async () => {
  const win = openWindow();
  const omniloom = begin(win, { ...QUIET, autoPage: true });
  omniloom.product({ product_id: "T" });
  win.history.pushState({}, "", "/a?b");
  win.history.replaceState({}, "", "/a?b#c");
  win.document.title = "Set a moment later";
  await win.pass(1000);
  assert.deepEqual(names(win), ["Shop", "Product Viewed", "Set a moment later"]);
  assert.equal(events(win)[2].properties.referrer, "https://shop.example/");
});

test("calls made before the script keep their time and address", async () => {
  const win = openWindow();
  const at = win.Date.now() - 5000;
  begin(win, QUIET, [["track", ["Early", { a: 1 }], at, "https://shop.example/early"], ["nonsense", [], at, ""]]);
  await win.pass(1000);
  const [early] = events(win);
  assert.equal(Date.parse(early.timestamp), at);
  assert.equal(early.context.page.path, "/early");
});

test("another name on the same screen is another visitor; reset forgets both", async () => {
  const win = openWindow();
  const omniloom = begin(win);
  const first = omniloom.anonymousId();
  omniloom.identify("u1");
  assert.equal(omniloom.anonymousId(), first);
  omniloom.identify("u2");
  const second = omniloom.anonymousId();
  assert.notEqual(second, first);
  omniloom.reset();
  omniloom.track("A");
  await win.pass(1000);
  const last = events(win).pop();
  assert.equal(last.userId, undefined);
  assert.notEqual(last.anonymousId, second);
});

test("the visitor is known again by cookie or by storage, whichever is left", () => {
  const storage = openLocalStorage();
  const id = begin(openWindow({ storage })).anonymousId();
  assert.equal(begin(openWindow({ storage })).anonymousId(), id);
});

test("the page that goes hands over what was not answered, and keeps it", async () => {
  const beacons = [];
  const storage = openLocalStorage();
  const navigator = { sendBeacon: (_url, body) => beacons.push(JSON.parse(body)) };
  const win = openWindow({ storage, navigator });
  begin(win).order({ order_id: "1" });
  win.fire("pagehide");
  assert.deepEqual(beacons.flatMap(({ batch }) => batch.map(({ event }) => event)), ["Order Completed"]);
  const next = openWindow({ storage });
  begin(next);
  await next.pass(1000);
  assert.equal(events(next)[0].messageId, beacons[0].batch[0].messageId, "sent again, known by its id");
});

test("text that no server could read is mended, and a fault harms nobody", async () => {
  assert.equal(asJson({ t: "a\u0000b\ud83d" }), '{"t":"a\ufffdb\ufffd"}');
  assert.equal(asJson({ t: "\\ud83d 😀" }), JSON.stringify({ t: "\\ud83d 😀" }));
  const win = openWindow();
  const omniloom = begin(win);
  const loop = {};
  loop.loop = loop;
  assert.equal(omniloom.track("Loop", loop), null);
  assert.equal(omniloom.track("Huge", { text: "x".repeat(300000) }), null);
  await win.pass(1000);
  assert.deepEqual(win.sent, []);
});
