import assert from "node:assert/strict";
import { test } from "node:test";
import { openQueue, worth } from "../src/queue.js";
import { openStorage } from "../src/storage.js";
import { openLocalStorage } from "./window.js";

const ALL = { eventsMax: 1000, charsMax: 1e9 };
const texts = (queue, limits = ALL) => queue.next(limits).map(({ text }) => text);

function put(queue, at, event) {
  queue.add(JSON.stringify(event), { at, rank: worth(event), id: `${at}-${Math.random()}` });
}

const PAGE = { type: "page" };
const SEEN = { type: "track", event: "Product Viewed" };
const ORDER = { type: "track", event: "Order Completed" };

test("events come out in the order of their time, over tabs and pages", () => {
  const localStorage = openLocalStorage();
  const [one, other] = [0, 0].map(() => openQueue(openStorage({ localStorage }), "wk_12345678"));
  [[one, 3], [other, 1], [one, 2], [other, 4]].forEach(([queue, at]) => put(queue, at, { ...SEEN, at }));
  const again = openQueue(openStorage({ localStorage }), "wk_12345678");
  assert.deepEqual(texts(again).map((text) => JSON.parse(text).at), [1, 2, 3, 4]);
  again.remove(again.next(ALL).slice(0, 2));
  assert.deepEqual(texts(one).map((text) => JSON.parse(text).at), [3, 4]);
  assert.deepEqual(texts(openQueue(openStorage({ localStorage }), "wk_another0")), [], "another source's queue");
});

test("when it is full, page views go first and orders never before them; the loss is counted", () => {
  const storage = openStorage({ localStorage: openLocalStorage() });
  const queue = openQueue(storage, "wk_12345678", { eventsMax: 4 });
  [ORDER, PAGE, SEEN, PAGE, SEEN, ORDER, { type: "identify" }].forEach((event, at) => put(queue, at, { ...event, at }));
  assert.deepEqual(texts(queue).map((text) => JSON.parse(text).at), [0, 4, 5, 6]);
  assert.equal(queue.takeDropped(), 3);
  assert.equal(queue.takeDropped(), 0);
});

test("it is bounded in characters too, but one event always stays", () => {
  const queue = openQueue(openStorage({ localStorage: openLocalStorage() }), "wk_12345678", { charsMax: 100 });
  put(queue, 1, { ...PAGE, text: "x".repeat(80) });
  put(queue, 2, { ...ORDER, text: "y".repeat(300) });
  assert.equal(texts(queue).length, 1);
  assert.match(texts(queue)[0], /yyy/);
});

test("a browser that keeps nothing, or is full, still delivers from memory", () => {
  const refusing = { get localStorage() { throw new Error("SecurityError"); } };
  [refusing, { localStorage: openLocalStorage(50) }].forEach((win) => {
    const queue = openQueue(openStorage(win), "wk_12345678");
    put(queue, 1, { ...SEEN, text: "z".repeat(100) });
    put(queue, 2, ORDER);
    assert.equal(texts(queue).length, 2);
    queue.remove(queue.next(ALL));
    assert.deepEqual(texts(queue), []);
  });
});

test("requests are bounded in events and characters, and may leave some out", () => {
  const queue = openQueue(openStorage({ localStorage: openLocalStorage() }), "wk_12345678");
  [1, 2, 3].forEach((at) => put(queue, at, { ...SEEN, at, text: "w".repeat(100) }));
  assert.equal(texts(queue, { eventsMax: 2, charsMax: 1e9 }).length, 2);
  assert.equal(texts(queue, { eventsMax: 9, charsMax: 250 }).length, 1);
  assert.equal(texts(queue, { eventsMax: 9, charsMax: 10 }).length, 1, "never none, or it would stand still");
  const without = new Set([queue.next(ALL)[0].name]);
  assert.equal(texts(queue, { ...ALL, without }).length, 2);
});
