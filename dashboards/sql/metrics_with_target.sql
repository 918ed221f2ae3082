select distinct metric from reference.targets
