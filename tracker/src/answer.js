/** What an answer of the server means for the events that were sent, and how long to wait before trying again. */

export const DONE = "done"; // on disk, or refused for good one by one with a reason
export const AGAIN = "again"; // not taken: the same events, with the same ids, later
export const SMALLER = "smaller"; // too much at once
export const REFUSED = "refused"; // sending it again cannot help

const FIRST_MS = 100;
const MOST_MS = 60000;
const OBEYED_MS_MAX = 3600000; // a server cannot silence a page for longer

/** Judge a status; 0 stands for no answer at all. */
export function judge(status) {
  if (status >= 200 && status < 300) return DONE;
  if (status === 413) return SMALLER;
  return status === 0 || status === 408 || status === 429 || status >= 500 ? AGAIN : REFUSED;
}

/** Full jitter: any time up to 0.1 s, 0.2 s, 0.4 s … 60 s after the 1st, 2nd, 3rd … failure. */
export function backoffMs(failures, random) {
  return random * Math.min(MOST_MS, FIRST_MS * Math.pow(2, failures - 1));
}

/** Milliseconds of a Retry-After header (seconds or a date); 0 without one. */
export function retryAfterMs(text, now) {
  if (!text) return 0;
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - now;
  return ms > 0 ? Math.min(ms, OBEYED_MS_MAX) : 0;
}
