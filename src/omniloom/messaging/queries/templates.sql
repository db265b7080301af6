-- store: state
-- templates: all templates by name.
select template_id, name, channel, subject, body, created_at, updated_at
from messaging_template
order by name
