select count(*) as rows from marts.held_rows where not is_replaced
