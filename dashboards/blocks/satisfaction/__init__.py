"""What the page on satisfaction is made of.

`drivers.py` what satisfaction hangs on · `silent.py` those who did not answer, and what they could
change · `low_answers.py` the work list of low scores · `comments.py` what was said, searched by its
words · `answer_lists.py` how both lists are shown, page by page · `trust.py` the mark of held rows.
To add one: a function that takes the reader and the scope first.
"""
