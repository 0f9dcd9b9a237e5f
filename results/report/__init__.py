"""The report of a folder of results: the question, the answer, figures, tables, and where all of it comes from."""
