import assert from "node:assert/strict";
import { test } from "node:test";
import { AGAIN, DONE, REFUSED, SMALLER, backoffMs, judge, retryAfterMs } from "../src/answer.js";

test("only what may succeed later is sent again", () => {
  [0, 408, 429, 500, 502, 503, 504].forEach((status) => assert.equal(judge(status), AGAIN));
  [400, 401, 403, 404, 410, 422].forEach((status) => assert.equal(judge(status), REFUSED));
  assert.equal(judge(200), DONE);
  assert.equal(judge(413), SMALLER);
});

test("waits grow from 0.1 s to 60 s with full jitter", () => {
  assert.deepEqual([1, 2, 3, 10, 40].map((failures) => backoffMs(failures, 1)), [100, 200, 400, 51200, 60000]);
  assert.equal(backoffMs(5, 0), 0);
});

test("Retry-After is read as seconds and as a date, and bounded", () => {
  const now = Date.UTC(2026, 0, 1);
  assert.equal(retryAfterMs("7", now), 7000);
  assert.equal(retryAfterMs("Thu, 01 Jan 2026 00:00:30 GMT", now), 30000);
  assert.equal(retryAfterMs("999999", now), 3600000);
  ["", null, "soon", "-5", "Wed, 31 Dec 2025 00:00:00 GMT"].forEach((text) => assert.equal(retryAfterMs(text, now), 0));
});
