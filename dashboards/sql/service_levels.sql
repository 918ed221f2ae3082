select distinct service_level from measures.deliveries where service_level is not null order by 1
