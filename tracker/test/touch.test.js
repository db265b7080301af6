import assert from "node:assert/strict";
import { test } from "node:test";
import { isLabelled, readTouch } from "../src/touch.js";

test("labels, click ids and the referring site are read from an arrival", () => {
  const touch = readTouch(
    "https://shop.example/?utm_source=ya&utm_campaign=весна&yclid=1&gclid=2&vkclid=3&rb_clickid=4&fbclid=5&erid=6&x=7",
    "https://ya.example/search",
  );
  assert.deepEqual(touch, {
    campaign: { name: "весна", source: "ya" },
    clickIds: { yclid: "1", gclid: "2", vkclid: "3", rb_clickid: "4", fbclid: "5", erid: "6" },
    referrer: "https://ya.example/search",
  });
  assert.ok(isLabelled(touch));
});

test("the site itself refers nobody, and values are bounded", () => {
  assert.deepEqual(readTouch("https://shop.example/a", "https://shop.example/b"), {});
  assert.deepEqual(readTouch("https://shop.example/a", "not an address"), {});
  assert.equal(readTouch(`https://shop.example/?gclid=${"9".repeat(9000)}`, "").clickIds.gclid.length, 500);
});
