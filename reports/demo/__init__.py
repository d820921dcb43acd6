"""演示数据: invented units with invented people, to look at and to measure with.

A ``Blueprint`` says what a unit looks like (``huayue.py`` is one); the other modules build it, each from its own
random numbers, so the same blueprint and day give the same people again. ``loading.load`` puts it all together.
"""
