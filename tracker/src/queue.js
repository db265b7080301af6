/**
 * Events on their way, kept until the server has them on disk: one localStorage entry each, so that tabs never
 * overwrite each other's. They outlive the page, the browser and days without network.
 *
 * The queue is bounded. When it is full, the least telling events go first, the oldest of them first: page and list
 * views can be spared (the campaign that brought the visitor stands in every event), orders, forms, consents and names
 * cannot be had again. How many went is told with the next event.
 */

const EVENTS_MAX = 1000;
const CHARS_MAX = 1000000; // browsers give a site about 5 million
const DROPPED = "ol.dropped";

const SPARE = 0;
const USUAL = 1;
const PRECIOUS = 2;
const PRECIOUS_EVENTS = ["Order Completed", "Form Submitted", "Consent Given", "Consent Withdrawn"];
const SPARE_EVENTS = ["Product List Viewed"];

/** How much an event matters when not all can be kept. */
export function worth(event) {
  if (event.type === "identify" || PRECIOUS_EVENTS.includes(event.event)) return PRECIOUS;
  return event.type === "page" || SPARE_EVENTS.includes(event.event) ? SPARE : USUAL;
}

export function openQueue(storage, key, limits) {
  const { eventsMax, charsMax } = Object.assign({ eventsMax: EVENTS_MAX, charsMax: CHARS_MAX }, limits);
  const prefix = `ol.q.${key.slice(-8)}.`; // two trackers on one site keep apart
  const rankAt = prefix.length;
  let count = 0;

  function oldestFirst() {
    return storage.keys(prefix).sort((a, b) => (a.slice(rankAt + 1) < b.slice(rankAt + 1) ? -1 : 1));
  }

  function makeRoom() {
    const names = storage.keys(prefix); // the rank comes first in a name: the least worth, then the oldest
    let chars = names.reduce((sum, name) => sum + (storage.get(name) || "").length, 0);
    let dropped = 0;
    while (names.length > eventsMax || (chars > charsMax && names.length > 1)) {
      const name = names.shift();
      chars -= (storage.get(name) || "").length;
      storage.remove(name);
      dropped += 1;
    }
    if (dropped) storage.set(DROPPED, String(Number(storage.get(DROPPED) || 0) + dropped));
  }

  return {
    /** Keep an event, given as JSON text. */
    add(text, { at, rank, id }) {
      count += 1;
      const order = at.toString(36).padStart(9, "0") + count.toString(36).padStart(5, "0");
      storage.set(`${prefix}${rank}${order}${id.slice(0, 8)}`, text);
      makeRoom();
    },

    /** The oldest events that fit into one request: `[{name, text}]`; `without` are left out. */
    next({ eventsMax: most, charsMax: room, without }) {
      const taken = [];
      let chars = 0;
      oldestFirst().some((name) => {
        const text = storage.get(name);
        if (!text || (without && without.has(name))) return false;
        if (taken.length === most || (taken.length && chars + text.length > room)) return true;
        taken.push({ name, text });
        chars += text.length;
        return false;
      });
      return taken;
    },

    remove(items) {
      items.forEach(({ name }) => storage.remove(name));
    },

    /** How many events had to go since this was last asked. */
    takeDropped() {
      const dropped = Number(storage.get(DROPPED) || 0);
      if (dropped) storage.remove(DROPPED);
      return dropped;
    },
  };
}
