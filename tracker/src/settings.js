/**
 * What a page may set, with the defaults. Unknown names are ignored, so that a newer snippet works with an older script.
 */

export const VERSION = "1.0";

const DEFAULTS = {
  consent: "granted", // "required": nothing is stored or sent before omniloom.consent(true)
  respectDoNotTrack: false, // treat Do-Not-Track and Global Privacy Control as a refusal
  cookieDomain: "", // ".shop.example" shares the visitor between subdomains; empty: this host only
  cookieDays: 395, // browsers keep no cookie longer than 400 days
  autoPage: true, // page views by themselves, route changes included
  autoForms: true, // forms marked with data-omniloom-form
  currency: "", // for orders and products that name none
  sessionMinutes: 30, // of silence, after which a visit is over
  debug: false, // say in the console what is done and refused
};

/** The settings in force: the defaults, and what the page gives in their place. */
export function readSettings(given) {
  const settings = { key: String(given.key || ""), url: String(given.url || "").replace(/\/+$/, "") };
  const chosen = given.options || {};
  Object.keys(DEFAULTS).forEach((name) => {
    settings[name] = chosen[name] === undefined ? DEFAULTS[name] : chosen[name];
  });
  return settings;
}

/** Options from the attributes of `<script data-key data-consent data-cookie-domain …>`. */
export function optionsOf(dataset) {
  const options = {};
  Object.keys(DEFAULTS).forEach((name) => {
    const text = dataset[name];
    if (text === undefined) return;
    options[name] = typeof DEFAULTS[name] === "boolean" ? text !== "false" : text;
    if (typeof DEFAULTS[name] === "number") options[name] = Number(text) || DEFAULTS[name];
  });
  return options;
}
