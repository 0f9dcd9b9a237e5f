"""Where a sweep's workers run: the names that specs, the command line, manifests and the documentation share."""

from typing import Literal, get_args

Backend = Literal["threads", "processes", "dask", "ray"]
BACKENDS: tuple[Backend, ...] = get_args(Backend)
CLUSTERS: tuple[Backend, ...] = ("dask", "ray")
