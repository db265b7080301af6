-- store: state
-- template: one template. in: :template_id
-- out: template_id, name, channel, subject, body, topic, created_at, updated_at
select template_id, name, channel, subject, body, topic, created_at, updated_at
from messaging_template
where template_id = :template_id
