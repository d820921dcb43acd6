"""事实: what was counted in every organisation, by day. Touch on write, settle apart, read any day the same way.

A rule that changes something counted touches the organisation (``branches.freshness``). ``settling`` counts what was
touched and adds the difference to everything above; ``reading`` answers for today and for any day there were figures.
"""
