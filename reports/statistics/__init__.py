"""团内大数据: what organisations are made of, with everything below them, today and on every day figures were kept.

``dashboard`` answers for one organisation, ``whole_tree`` for as many as are asked for, out of the same facts;
``papers`` takes both out of the system, ``saving`` keeps a choice of columns under a name.
"""
