/**
 * Forms, only those that ask for it: `<form data-omniloom-form="Callback">`, and in them only fields marked with
 * `data-omniloom-field="email"`. Passwords and card numbers are never read, whatever their marks say.
 */

const SECRET_NAME = /pass|pwd|card|cvv|cvc|pin|secret|token/i;
const CHARS_MAX = 1000;

/** Whether a text could be the number of a payment card: 13 to 19 digits with the right check digit (Luhn). */
export function isCardNumber(text) {
  const digits = String(text).replace(/[\s-]/g, "");
  if (!/^\d{13,19}$/.test(digits)) return false;
  const sum = Array.from(digits)
    .reverse()
    .reduce((total, digit, index) => {
      const twice = Number(digit) * (index % 2 ? 2 : 1);
      return total + (twice > 9 ? twice - 9 : twice);
    }, 0);
  return sum % 10 === 0;
}

function isSecret(field) {
  const names = [field.name, field.id, field.dataset.omniloomField].join(" ");
  const purpose = field.getAttribute("autocomplete") || "";
  return field.type === "password" || field.type === "file" || /^cc-|password/.test(purpose) || SECRET_NAME.test(names);
}

/** The marked fields of a form by their marks. */
export function readFields(form) {
  const fields = {};
  Array.from(form.elements).forEach((field) => {
    const mark = field.dataset.omniloomField;
    const isOff = (field.type === "checkbox" || field.type === "radio") && !field.checked;
    if (!mark || isOff || isSecret(field) || !field.value || isCardNumber(field.value)) return;
    fields[mark] = field.value.slice(0, CHARS_MAX);
  });
  return fields;
}

/** Tell of each marked form that is sent: `submitted({name, id, fields, isIdentifying})`. */
export function watchForms(win, submitted) {
  win.document.addEventListener(
    "submit",
    ({ target }) => {
      if (!target.dataset || target.dataset.omniloomForm === undefined) return;
      submitted({
        name: target.dataset.omniloomForm,
        id: target.getAttribute("id") || "",
        fields: readFields(target),
        isIdentifying: target.dataset.omniloomIdentify !== undefined,
      });
    },
    true,
  );
}
