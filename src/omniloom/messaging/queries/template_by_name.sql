-- store: state
-- template_by_name: whose name it is. in: :name  out: template_id
select template_id from messaging_template where name = :name
