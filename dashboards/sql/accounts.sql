select code, name, name_zh, kind, statement_line, parent from reference.accounts order by code
