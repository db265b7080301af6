/** What an arrival says of itself: UTM labels, click ids of ad systems, and the site that led here. */

// Yandex Direct, Google Ads, VK Ads (old and new), Meta, the Russian ad register's token, Microsoft.
const CLICK_IDS = ["yclid", "gclid", "gbraid", "wbraid", "vkclid", "rb_clickid", "fbclid", "erid", "msclkid"];

// utm_… -> the names of Segment's context.campaign
const LABELS = {
  utm_campaign: "name",
  utm_source: "source",
  utm_medium: "medium",
  utm_term: "term",
  utm_content: "content",
  utm_id: "id",
};
const CHARS_MAX = 500;

/** The touch of an address: `{campaign, clickIds, referrer}`, each left out if it says nothing. */
export function readTouch(href, referrer) {
  const here = new URL(href);
  const touch = {};
  const put = (part, name, value) => {
    if (!value) return;
    touch[part] = touch[part] || {};
    touch[part][name] = value.slice(0, CHARS_MAX);
  };
  Object.keys(LABELS).forEach((label) => put("campaign", LABELS[label], here.searchParams.get(label)));
  CLICK_IDS.forEach((name) => put("clickIds", name, here.searchParams.get(name)));
  if (isFromElsewhere(referrer, here.hostname)) touch.referrer = referrer.slice(0, CHARS_MAX);
  return touch;
}

/** Whether a touch was paid or labelled: those begin a visit of their own. */
export function isLabelled(touch) {
  return Boolean(touch.campaign || touch.clickIds);
}

function isFromElsewhere(referrer, hostname) {
  try {
    return new URL(referrer).hostname !== hostname;
  } catch (none) {
    return false;
  }
}
