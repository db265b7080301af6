/**
 * localStorage that never throws. What the browser refuses to keep (private windows, full, switched off) lives in
 * memory until the page goes.
 */

export function openStorage(win) {
  const memory = new Map();

  function local(act) {
    try {
      return act(win.localStorage);
    } catch (refused) {
      return null;
    }
  }

  return {
    get(key) {
      return memory.has(key) ? memory.get(key) : local((kept) => kept.getItem(key));
    },

    /** Keep a text. True if it outlives the page. */
    set(key, text) {
      const isKept = local((kept) => {
        kept.setItem(key, text);
        return true;
      });
      if (isKept) memory.delete(key);
      else memory.set(key, text);
      return Boolean(isKept);
    },

    remove(key) {
      memory.delete(key);
      local((kept) => kept.removeItem(key));
    },

    /** All keys that begin with a prefix, in order. */
    keys(prefix) {
      const kept = local((all) => Object.keys(all)) || [];
      return kept
        .concat(Array.from(memory.keys()))
        .filter((key, index, all) => key.startsWith(prefix) && all.indexOf(key) === index)
        .sort();
    },

    /** The value of a JSON text; null if there is none or something else wrote there. */
    read(key) {
      try {
        return JSON.parse(this.get(key));
      } catch (foreign) {
        return null;
      }
    },

    write(key, value) {
      return this.set(key, JSON.stringify(value));
    },
  };
}
