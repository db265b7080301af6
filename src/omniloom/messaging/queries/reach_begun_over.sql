-- store: state
-- reach_begun_over: no count is under way any more. in: :part
delete from messaging_reach where part = :part
