-- The events store after every migration. Written by `make schema`: change a migration, not this file.

CREATE TABLE analytics_campaign(campaign_id VARCHAR NOT NULL, "name" VARCHAR NOT NULL, channel VARCHAR NOT NULL);

CREATE TABLE analytics_cost(cost_key VARCHAR NOT NULL, "day" DATE NOT NULL, channel VARCHAR NOT NULL, campaign_id VARCHAR NOT NULL, ad_group VARCHAR NOT NULL, keyword VARCHAR NOT NULL, cost_minor BIGINT NOT NULL, currency VARCHAR NOT NULL, impressions BIGINT NOT NULL, clicks BIGINT NOT NULL, updated_at TIMESTAMP NOT NULL);

CREATE TABLE analytics_message_price(campaign_id VARCHAR NOT NULL, channel VARCHAR NOT NULL, cost_per_message_minor BIGINT NOT NULL, currency VARCHAR NOT NULL);

CREATE TABLE catalog_product(product_id VARCHAR NOT NULL, "name" VARCHAR NOT NULL, category VARCHAR NOT NULL, department VARCHAR NOT NULL, brand VARCHAR NOT NULL, properties VARCHAR NOT NULL, updated_at TIMESTAMP NOT NULL);

CREATE TABLE identity_event("position" BIGINT NOT NULL, source_id VARCHAR NOT NULL, message_id VARCHAR NOT NULL, "type" VARCHAR NOT NULL, "name" VARCHAR NOT NULL, occurred_at TIMESTAMP NOT NULL, received_at TIMESTAMP NOT NULL, person_id BIGINT NOT NULL, channel VARCHAR, campaign_id VARCHAR, order_id VARCHAR, revenue_minor BIGINT, currency VARCHAR, identifiers VARCHAR NOT NULL, properties VARCHAR NOT NULL, context VARCHAR NOT NULL, problems VARCHAR, confidence TINYINT DEFAULT(0) NOT NULL);

CREATE TABLE identity_item("position" BIGINT NOT NULL, line BIGINT NOT NULL, person_id BIGINT NOT NULL, occurred_at TIMESTAMP NOT NULL, order_id VARCHAR, product_id VARCHAR, quantity DOUBLE, amount_minor BIGINT, properties VARCHAR NOT NULL);

CREATE TABLE identity_override(person_id BIGINT NOT NULL, root_id BIGINT NOT NULL);

CREATE TABLE journeys_audience(campaign_id VARCHAR NOT NULL, person_id BIGINT NOT NULL);

CREATE TABLE profiles_rule("key" VARCHAR NOT NULL, "rule" VARCHAR NOT NULL);

CREATE TABLE profiles_trait(person_id BIGINT NOT NULL, "key" VARCHAR NOT NULL, "value" VARCHAR, "text" VARCHAR, folded VARCHAR, number DOUBLE, occurred_at TIMESTAMP NOT NULL, message_id VARCHAR NOT NULL, source_id VARCHAR NOT NULL);

CREATE TABLE profiles_trust("key" VARCHAR NOT NULL, source_id VARCHAR NOT NULL, place BIGINT NOT NULL);

CREATE TABLE profiles_word(person_id BIGINT NOT NULL, "key" VARCHAR NOT NULL, "value" VARCHAR, "text" VARCHAR, folded VARCHAR, number DOUBLE, occurred_at TIMESTAMP NOT NULL, message_id VARCHAR NOT NULL, source_id VARCHAR NOT NULL);

CREATE TABLE segments_aside(segment_id VARCHAR NOT NULL, person_id BIGINT NOT NULL, entered_at TIMESTAMP NOT NULL);

CREATE TABLE segments_change(change_id BIGINT NOT NULL, segment_id VARCHAR NOT NULL, segment VARCHAR NOT NULL, person_id BIGINT NOT NULL, is_entry BOOLEAN NOT NULL, changed_at TIMESTAMP NOT NULL);

CREATE TABLE segments_member(segment_id VARCHAR NOT NULL, person_id BIGINT NOT NULL, entered_at TIMESTAMP NOT NULL);

CREATE TABLE store_cursor("name" VARCHAR NOT NULL, "position" BIGINT NOT NULL);

CREATE TABLE store_migration("name" VARCHAR PRIMARY KEY);

CREATE VIEW identity_history AS SELECT e.* EXCLUDE (person_id), COALESCE(o.root_id, e.person_id) AS person_id, e.person_id AS original_id FROM (identity_event AS e LEFT JOIN identity_override AS o ON ((o.person_id = e.person_id))) WHERE (e.person_id > 0);

CREATE VIEW analytics_touch AS SELECT h.person_id AS person_id, h.campaign_id AS campaign_id, COALESCE(h.channel, json_extract_string(h.context, '$.campaign.medium'), c.channel, '') AS channel, COALESCE(json_extract_string(h.context, '$.campaign.content'), '') AS ad_group, COALESCE(json_extract_string(h.context, '$.campaign.term'), '') AS keyword, min(h.occurred_at) AS occurred_at, bool_or((NOT (h."name" IN ('Message Sent', 'Message Opened', 'Ad Viewed')))) AS is_response FROM (identity_history AS h LEFT JOIN analytics_campaign AS c ON ((c.campaign_id = h.campaign_id))) WHERE ((h.campaign_id IS NOT NULL) AND (h."type" IN ('track', 'page', 'screen')) AND (COALESCE(json_extract_string(h.properties, '$.is_machine'), '') != 'true') AND (NOT (h."name" IN ('Message Delivered', 'Message Bounced', 'Unsubscribed', 'Consent Given', 'Consent Withdrawn', 'Segment Entered', 'Segment Left')))) GROUP BY 1, 2, 3, 4, 5, CAST(h.occurred_at AS date);

CREATE VIEW identity_history_item AS SELECT i.* EXCLUDE (person_id), COALESCE(o.root_id, i.person_id) AS person_id, i.person_id AS original_id FROM (identity_item AS i LEFT JOIN identity_override AS o ON ((o.person_id = i.person_id))) WHERE (i.person_id > 0);

CREATE VIEW profiles_trait_current AS (SELECT person_id, "key", "value", "text", folded, number, occurred_at, source_id FROM profiles_trait WHERE (("value" IS NOT NULL) AND (NOT (person_id = ANY((SELECT person_id FROM identity_override) UNION ALL (SELECT root_id FROM identity_override)))) AND (NOT ("key" = ANY(SELECT "key" FROM profiles_rule))))) UNION ALL (SELECT person_id, "key", t."value" AS "value", t."text" AS "text", t.folded AS folded, t.number AS number, occurred_at, t.source_id AS source_id FROM (SELECT COALESCE(o.root_id, t.person_id) AS person_id, t."key" AS "key", max(t.occurred_at) AS occurred_at, arg_max(struct_pack("value" := t."value", "text" := t."text", folded := t.folded, number := t.number, source_id := t.source_id), "row"(t.occurred_at, t.message_id)) AS t FROM (profiles_trait AS t LEFT JOIN identity_override AS o ON ((o.person_id = t.person_id))) WHERE ((t.person_id = ANY((SELECT person_id FROM identity_override) UNION ALL (SELECT root_id FROM identity_override))) AND (NOT (t."key" = ANY(SELECT "key" FROM profiles_rule)))) GROUP BY COALESCE(o.root_id, t.person_id), t."key") AS newest WHERE (t."value" IS NOT NULL))UNION ALL (SELECT person_id, "key", "value", "text", folded, number, occurred_at, source_id FROM (SELECT person_id, "key", "value", "text", folded, number, occurred_at, source_id, row_number() OVER (PARTITION BY person_id, "key" ORDER BY CASE  WHEN (("rule" = 'trust')) THEN (place) ELSE 0 END, CASE  WHEN (("rule" = 'completeness')) THEN ((-(length("value")))) ELSE 0 END, CASE  WHEN (("rule" = 'vote')) THEN ((-(votes))) ELSE 0 END, occurred_at DESC, message_id DESC, source_id DESC) AS age FROM (SELECT person_id, "key", "value", "text", folded, number, occurred_at, message_id, source_id, "rule", place, count() OVER (PARTITION BY person_id, "key", "value") AS votes FROM (SELECT COALESCE(o.root_id, w.person_id) AS person_id, w."key" AS "key", w."value" AS "value", w."text" AS "text", w.folded AS folded, w.number AS number, w.occurred_at AS occurred_at, w.message_id AS message_id, w.source_id AS source_id, r."rule" AS "rule", COALESCE(t.place, 1000000) AS place, row_number() OVER (PARTITION BY COALESCE(o.root_id, w.person_id), w."key", w.source_id ORDER BY w.occurred_at DESC, w.message_id DESC) AS again FROM (((profiles_word AS w INNER JOIN profiles_rule AS r ON ((r."key" = w."key"))) LEFT JOIN profiles_trust AS t ON (((t."key" = w."key") AND (t.source_id = w.source_id)))) LEFT JOIN identity_override AS o ON ((o.person_id = w.person_id)))) AS heard WHERE ((again = 1) AND ("value" IS NOT NULL))) AS said) AS ranked WHERE (age = 1));
