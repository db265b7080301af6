-- store: state
-- abandoned_imports: imports whose process renews their lease no more. in: :clock   out: import_id   order: none
select import_id from collect_import
where state = 'running' and not exists (
    select 1 from store_lease
    where store_lease.name = 'import ' || collect_import.import_id and store_lease.expires_at > :clock
)
