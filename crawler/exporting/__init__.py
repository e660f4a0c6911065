"""Export a collection's articles as data sets that other programs load in one line,
each with a card that explains it.
"""
