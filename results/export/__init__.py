"""The table of runs for other libraries: xarray and DuckDB."""
