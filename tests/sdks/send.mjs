// Sends with the released Node SDKs: the same few calls with each. node send.mjs <url> <sdk,sdk,…>

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const [url, wanted] = process.argv.slice(2);
const { host } = new URL(url);

const products = [{ product_id: "TEA-1", name: "Tea", price: 15, quantity: 2 }];
const order = { order_id: "o-1", revenue: 30, currency: "EUR", products };
const traits = (name) => ({ email: `${name}@live.example`, tier: "gold" });
const home = { url: "https://shop.example/home" };

/** Wait for a call that ends in a callback. */
const told = (call) =>
  new Promise((done, fail) => call((error, value) => (error ? fail(error) : done(value))));

/** The six calls of Segment's spec. */
function spec(client, userId) {
  client.identify({ userId, traits: traits(userId) });
  client.track({ userId, event: "Order Completed", properties: order });
  client.page({ userId, name: "Home", properties: home });
  client.screen?.({ userId, name: "Cart", properties: {} });
  client.group({ userId, groupId: "g-1", traits: { plan: "pro" } });
  client.alias({ userId, previousId: `${userId}-before` });
}

const failed = {};

const senders = {
  async segment() {
    const { Analytics } = require("@segment/analytics-node");
    const client = new Analytics({ writeKey: "live-segment-node", host: url });
    spec(client, "segment-node");
    await client.closeAndFlush();
  },

  async customeriocdp() {
    const { Analytics } = require("@customerio/cdp-analytics-node");
    const client = new Analytics({ writeKey: "live-customeriocdp-node", host: url });
    spec(client, "customeriocdp-node");
    await client.closeAndFlush();
  },

  async rudderstack() {
    const Analytics = require("@rudderstack/rudder-sdk-node");
    const client = new (Analytics.default ?? Analytics)("live-rudderstack-node", {
      dataPlaneUrl: url,
      flushInterval: 50,
    });
    spec(client, "rudderstack-node");
    await told((done) => client.flush(done));
  },

  async jitsu() {
    const { jitsuAnalytics } = require("@jitsu/js");
    const client = jitsuAnalytics({ host: url, writeKey: "live-jitsu-node:secret" });
    const user = "jitsu-node";
    await client.identify(user, traits(user));
    await client.track("Order Completed", order);
    await client.page({ name: "Home", ...home });
    await client.group("g-1", { plan: "pro" });
  },

  async posthog() {
    const { PostHog } = require("posthog-node");
    const client = new PostHog("live-posthog-node", { host: url });
    const distinctId = "posthog-node";
    client.identify({ distinctId, properties: traits(distinctId) });
    client.capture({ distinctId, event: "Order Completed", properties: order });
    client.capture({ distinctId, event: "$pageview", properties: { $current_url: home.url } });
    client.groupIdentify({ groupType: "company", groupKey: "g-1", properties: { plan: "pro" }, distinctId });
    client.alias({ distinctId, alias: `${distinctId}-before` });
    await client.shutdown();
  },

  async snowplow() {
    const sp = require("@snowplow/node-tracker");
    const client = sp.newTracker(
      { namespace: "live", appId: "live-snowplow-node" },
      { endpoint: url, eventMethod: "post", bufferSize: 10 },
    );
    const user = "snowplow-node";
    client.setUserId(user);
    const ecommerce = "iglu:com.snowplowanalytics.snowplow.ecommerce";
    client.track(
      sp.buildSelfDescribingEvent({
        event: { schema: "iglu:example.live/identify/jsonschema/1-0-0", data: { user_id: user, traits: traits(user) } },
      }),
    );
    client.track(
      sp.buildSelfDescribingEvent({
        event: { schema: `${ecommerce}/snowplow_ecommerce_action/jsonschema/1-0-2`, data: { type: "transaction" } },
      }),
      [
        {
          schema: `${ecommerce}/transaction/jsonschema/1-0-0`,
          data: { transaction_id: "o-1", revenue: 30, currency: "EUR" },
        },
        {
          schema: `${ecommerce}/product/jsonschema/1-0-0`,
          data: { id: "TEA-1", name: "Tea", price: 15, quantity: 2 },
        },
      ],
    );
    client.track(sp.buildPageView({ pageUrl: home.url, pageTitle: "Home" }));
    client.track(sp.buildStructEvent({ category: "video", action: "play", label: "intro", value: 3.5 }));
    await client.flush();
  },

  async matomo() {
    const Matomo = require("matomo-tracker");
    const client = new Matomo("live-matomo-node", `${url}/matomo.php`);
    const uid = "matomo-node";
    client.on("error", (error) => (failed.matomo = String(error)));
    client.track({ url: home.url, action_name: "Home", uid, rand: "1" });
    client.track({
      url: home.url, uid, rand: "2", idgoal: 0, ec_id: "o-1", revenue: 30,
      ec_items: JSON.stringify([["TEA-1", "Tea", "", 15, 2]]),
    });
    const event = { url: home.url, uid, rand: "3", e_c: "video", e_a: "play", e_v: 3.5 };
    await new Promise((done) => client.trackBulk([event], done));
    await new Promise((done) => setTimeout(done, 500)); // track() does not tell when it has sent
  },

  async mixpanel() {
    const client = require("mixpanel").init("live-mixpanel-node", { host, protocol: "http", keepAlive: false });
    const user = "mixpanel-node";
    const { email } = traits(user);
    await told((done) => client.people.set(user, { $email: email, tier: "gold" }, done));
    await told((done) => client.track("Order Completed", { distinct_id: user, ...order }, done));
    const page = { distinct_id: user, $current_url: home.url, current_page_title: "Home" };
    await told((done) => client.track("$mp_web_page_view", page, done));
    await told((done) => client.groups.set("company", "g-1", { plan: "pro" }, done));
    await told((done) => client.alias(user, `${user}-new`, done));
    await told((done) => client.people.track_charge(user, 12.5, {}, done));
  },

  async amplitude() {
    const amplitude = require("@amplitude/analytics-node");
    const user = "amplitude-node";
    const options = { user_id: user };
    await amplitude.init("live-amplitude-node", { serverUrl: `${url}/2/httpapi`, flushIntervalMillis: 50 }).promise;
    const identify = new amplitude.Identify();
    for (const [key, value] of Object.entries(traits(user))) identify.set(key, value);
    amplitude.identify(identify, options);
    amplitude.track("Order Completed", order, options);
    amplitude.revenue(new amplitude.Revenue().setPrice(15).setQuantity(2).setProductId("TEA-1"), options);
    amplitude.groupIdentify("company", "g-1", new amplitude.Identify().set("plan", "pro"), options);
    await amplitude.flush().promise;
  },

  async customerio() {
    // The client insists on https, which a test server has not: what it would send there goes by http instead.
    const { port } = new URL(url);
    require("https").request = (options, ...more) =>
      require("http").request({ ...options, agent: undefined, protocol: "http:", port }, ...more);
    const { TrackClient } = require("customerio-node");
    const client = new TrackClient("live-customerio-node", "secret", { url: `${url}/api/v1` });
    const user = "customerio-node";
    await client.identify(user, traits(user));
    await client.track(user, { name: "Order Completed", data: order });
    await client.trackPageView(user, home.url);
    await client.trackAnonymous(`${user}-before`, { name: "Poured", data: { cups: 2 } });
    await client.mergeCustomers("id", user, "id", `${user}-before`);
  },
};

const late = () => new Promise((_, fail) => setTimeout(() => fail(new Error("has not ended within 15 s")), 15_000));
await Promise.all(
  wanted
    .split(",")
    .map((name) => Promise.race([senders[name](), late()]).catch((error) => (failed[name] = String(error?.stack ?? error)))),
);
console.log(JSON.stringify({ failed }));
process.exit(0); // some clients keep timers and sockets open
