-- store: state
-- policy: the saved policy, a row per field.
-- out: key, value
select key, value from messaging_policy
