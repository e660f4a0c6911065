"""The papers beside an export: what it holds, where it comes from, how to read and to cite it,
for people and for catalogues.
"""
