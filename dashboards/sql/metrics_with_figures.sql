select distinct metric from marts.metric_values
