"""What pages are made of. A block asks the reader, writes texts and draws; it computes no metric.

Shared by pages: `frame.py` menu, opening, calm messages · `sentences.py` the sentence that a metric
opens a page with · `warning_lines.py` · `tiles.py` KPI tiles · `explorer.py` one metric's course ·
`charted.py` which control charts there are · `control_chart.py` one of them · `rebasing.py` its new
limits · `comparison.py` splits and heat map · `metric_bars.py` several metrics side by side ·
`record_lists.py` records behind a figure · `short_lists.py`, `tables.py` tables and downloads ·
`drawing.py` charts on the page · `switches.py` · `plain_text.py` · `small_numbers.py` few answers.
Of one page each: `signals.py`, `complaints.py`, and the packages `clocks/`, `deliveries/`,
`satisfaction/`, `outlets/`, `budget/`, `records/`, `data_quality/` and `operations/`. To add one: a
function that takes the reader and the scope first.
"""
