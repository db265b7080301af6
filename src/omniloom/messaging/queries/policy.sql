-- store: state
-- policy: the saved policy, a row per field.
select key, value from messaging_policy
