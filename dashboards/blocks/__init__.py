"""What pages are made of. A block asks the reader, writes texts and draws; it computes no metric.

`frame.py` opening sentence and calm messages · `tiles.py` KPI tiles · `explorer.py` trend, split,
heat map of a metric, and the records behind it · `tables.py` a table with its downloads ·
`drawing.py` charts on the page. To add one: a function that takes the reader and the scope first.
"""
