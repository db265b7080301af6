-- store: state
-- add_wording: one version of a text. in: the columns of profiles_wording
insert into profiles_wording (name, version, language, text, hash, created_by, created_at)
values (:name, :version, :language, :text, :hash, :created_by, :created_at)
