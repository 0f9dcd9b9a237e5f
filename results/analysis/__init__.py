"""Tables of runs in, tables of findings out."""
