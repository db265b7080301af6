-- store: state
-- topics: what messages are about. out: the fields of Topic   order: the company's
select topic, title_en, title_ru, about_en, about_ru, place, is_offered
from profiles_topic
order by place, topic
