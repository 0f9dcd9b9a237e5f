"""Manifests of sweeps that were never run, for folders whose files a test writes itself."""

from backsweep.results.store.schema import Manifest
from backsweep.results.store.swept_axes import swept_axes


def manifest_of(axes=(), runs=100, seeds=1, **more):
    """A manifest whose spec has an axis for every column of settings."""
    spec = {"task": {"name": "xor"}, "seeds": seeds, "model": {}, "train": {}}
    for axis in axes:
        *tables, last = axis.setting.split(".")
        place, layer = last.partition("[")[::2]
        table = spec
        for key in tables:
            table = table.setdefault(key, {})
        written = {"values": [0.5, "gd"]}
        table[place] = [0.1] * int(layer[:-1]) + [written] if layer else written
    about = {"name": "x", "spec_hash": "0", "created": "now", "versions": {"python": "3"}, "cpu": "some"}
    return Manifest(**{"swept": swept_axes(spec, axes), **about, **more}, spec=spec, runs=runs, axes=axes)
