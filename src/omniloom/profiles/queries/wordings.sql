-- store: state
-- wordings: every version of every text people agree to.
-- out: name, version, language, text, hash, created_by, created_at   order: by name, the newest version first
select name, version, language, text, hash, created_by, created_at
from profiles_wording
order by name, version desc, language
