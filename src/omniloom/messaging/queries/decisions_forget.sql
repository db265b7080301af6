-- store: state
-- decisions_forget: the reasons of decisions that are past their time. in: :before  rows: one per decision
delete from messaging_decision where at < :before
