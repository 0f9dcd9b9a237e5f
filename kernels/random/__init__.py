"""Random streams, the same numbers as NumPy's: generators, and normal draws."""
