import assert from "node:assert/strict";
import { test } from "node:test";
import { isCardNumber, readFields } from "../src/forms.js";

const field = (mark, value, more = {}) => ({
  name: "", id: "", type: "text", value, dataset: mark ? { omniloomField: mark } : {},
  getAttribute: (name) => (name === "autocomplete" ? more.autocomplete || null : null), ...more,
});

test("card numbers are known by their check digit", () => {
  ["4111 1111 1111 1111", "5500-0000-0000-0004", "2200000000000004"].forEach((text) => assert.ok(isCardNumber(text), text));
  ["4111 1111 1111 1112", "+7 912 345-67-89", "", "12345678901234567890123"].forEach((text) => assert.ok(!isCardNumber(text), text));
});

test("only marked fields are read, and never a secret", () => {
  const form = { elements: [
    field("email", "a@b.example"), field("", "unmarked"), field("phone", ""),
    field("comment", "4111111111111111"), field("password", "p"), field("x", "s", { type: "password" }),
    field("y", "1", { autocomplete: "cc-number" }), field("z", "1", { name: "card_holder" }), field("cvv", "123"),
    field("news", "yes", { type: "checkbox", checked: false }), field("size", "L", { type: "radio", checked: true }),
  ] };
  assert.deepEqual(readFields(form), { email: "a@b.example", size: "L" });
});
