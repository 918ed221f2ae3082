"""What the page on deliveries is made of.

`within_hours.py` delivered in 48 and 72 hours, by service level over time · `stages.py` how long
each stage takes · `rates.py` what happens once in thousands, with its limits · `total_delays.py`
the waybills far past due · `suspicions.py` attempts that look as if nobody had tried. To add one: a
function that takes the reader and the scope first.
"""
