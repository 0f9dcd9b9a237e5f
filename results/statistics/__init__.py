"""Statistics of runs on plain arrays, for many groups at once. Functions that need chance take a generator as an argument."""
