-- store: state
-- template_save: add or change a template. in: :template_id :name :channel :subject :body :now
insert into messaging_template (template_id, name, channel, subject, body, created_at, updated_at)
values (:template_id, :name, :channel, :subject, :body, :now, :now)
on conflict (template_id) do update set
    name = excluded.name,
    channel = excluded.channel,
    subject = excluded.subject,
    body = excluded.body,
    updated_at = excluded.updated_at
