-- store: state
-- companies: the companies there are, or the one with this INN. in: :inn ('' is all), :rows_max
-- out: company_id, inn, name   order: name
select company_id, inn, name from profiles_company where inn = :inn or :inn = '' order by name, inn limit :rows_max
