"""Statistics of runs as plain arrays, many groups at once; where chance is drawn on, the generator is an argument."""
