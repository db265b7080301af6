-- store: state
-- rules: how long what is kept. out: subject, days
select subject, days from privacy_rule order by subject
