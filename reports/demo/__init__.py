"""演示数据: invented units with invented people, to look at and to measure with.

A ``Blueprint`` says what a unit looks like (``units.py`` lists them); the other modules build it, each from its own
random numbers, so the same blueprint and day give the same people again. ``loading.load`` puts it all together.
"""
