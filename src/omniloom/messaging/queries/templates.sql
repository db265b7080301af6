-- store: state
-- templates: all templates by name.
-- out: template_id, name, channel, subject, body, topic, created_at, updated_at
select template_id, name, channel, subject, body, topic, created_at, updated_at
from messaging_template
order by name
