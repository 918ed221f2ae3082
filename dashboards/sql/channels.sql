select distinct channel from measures.tickets where channel is not null order by channel
