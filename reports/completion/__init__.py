"""应录尽录: what is asked of whom, what is there, what is missing, how it moves, and by which measure."""
