"""What the page on service levels is made of, and the clocks of one ticket on its record.

`chosen.py` which of the three clocks is looked at, and its share by unit and slice · `backlog.py`
what is open, by age · `to_come.py` what runs out before the next shift ends · `hours.py` when
tickets are opened · `missed.py` the missed tickets, one with its proof · `proofs.py` a proof: its
sentence, timeline and parts · `agreement.py` whether the source agrees · `gaps.py` what no policy
or calendar covers. To add one: a function that takes the reader and the scope first.
"""
