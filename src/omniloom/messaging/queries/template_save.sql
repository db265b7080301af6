-- store: state
-- template_save: add or change a template. in: :template_id :name :channel :subject :body :topic :now
insert into messaging_template (template_id, name, channel, subject, body, topic, created_at, updated_at)
values (:template_id, :name, :channel, :subject, :body, :topic, :now, :now)
on conflict (template_id) do update set
    name = excluded.name,
    channel = excluded.channel,
    subject = excluded.subject,
    body = excluded.body,
    topic = excluded.topic,
    updated_at = excluded.updated_at
