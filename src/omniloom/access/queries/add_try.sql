-- store: state
-- add_try: remember a try. in: :key, :at
insert into access_try (key, at)
values (:key, :at)
