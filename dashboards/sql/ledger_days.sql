select min(posted_on) as first, max(posted_on) as last from records.finance_entries
