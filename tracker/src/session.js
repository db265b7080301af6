/**
 * The visit: its id and how it began (campaign, click ids, referrer), the same in all tabs. It ends after a silence, or
 * when the visitor comes again through another campaign. The very first touch is kept as long as the visitor is known.
 */

import { isLabelled, readTouch } from "./touch.js";
import { uuid } from "./uuid.js";

const SESSION = "ol.session";
const FIRST = "ol.first";

export function openSession(win, storage, settings) {
  const silenceMs = settings.sessionMinutes * 60000;

  function alive(at) {
    const kept = storage.read(SESSION);
    return kept && kept.id && at - kept.at < silenceMs ? kept : null;
  }

  function begin(touch, at) {
    const session = { id: uuid(win), at, touch };
    storage.write(SESSION, session);
    return session;
  }

  return {
    /** Take note of an address the visitor came to. */
    arrive(href, referrer, at) {
      const touch = readTouch(href, referrer);
      const session = alive(at);
      const isNew = isLabelled(touch) && (!session || isOther(touch, session.touch));
      if (!session || isNew) begin(touch, at);
      if (!storage.get(FIRST)) storage.write(FIRST, Object.assign({ at: new Date(at).toISOString(), url: href }, touch));
    },

    /** The context of an event at a time; it keeps the visit alive. */
    context(at) {
      const session = alive(at) || begin({}, at);
      session.at = Math.max(session.at, at);
      storage.write(SESSION, session);
      const { campaign, clickIds, referrer } = session.touch;
      const context = { sessionId: session.id };
      if (campaign) context.campaign = campaign;
      if (clickIds) context.clickIds = clickIds;
      if (referrer) context.referrer = { url: referrer };
      const first = storage.read(FIRST);
      if (first) context.firstTouch = first;
      return context;
    },

    /** End the visit and forget how the visitor first came. */
    forget() {
      storage.remove(SESSION);
      storage.remove(FIRST);
    },
  };
}

function isOther(touch, kept) {
  const labels = ({ campaign, clickIds }) => JSON.stringify([campaign, clickIds]);
  return labels(touch) !== labels(kept);
}
