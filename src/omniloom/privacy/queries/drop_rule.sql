-- store: state
-- drop_rule: as declared again. in: :subject
delete from privacy_rule where subject = :subject
