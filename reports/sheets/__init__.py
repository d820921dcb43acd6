"""统计表 for a 统计时点: what was in force on that day by its 生效日期, late entries included; frozen when issued.

Unlike the facts by day, which are what was known on a day, a sheet made today for last December counts what has been
entered since. ``in_force`` reads, ``making`` builds the tables, ``issuing`` freezes them, ``papers`` takes them out.
"""
