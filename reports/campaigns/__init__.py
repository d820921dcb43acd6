"""调度: what a committee asks to be completed by a deadline, the plan until then, and what came of it.

The figures are those of 应录尽录, of the chosen items alone and as plain counts: weights play no part. A deadline
freezes what stood there and never the records; whatever is entered after it counts as later.
"""
