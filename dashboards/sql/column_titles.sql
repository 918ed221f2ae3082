select "column", title, title_zh from marts.columns where kind = $kind order by position
