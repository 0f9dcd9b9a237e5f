"""Where the runs of a sweep come from that was extended, or that took over runs of other folders, in sentences."""

from itertools import groupby

from ..store.adoption import Adopted
from ..store.blocks import WrittenBlock
from ..store.schema import Manifest
from ..store.shards import runs_in


def origin_lines(manifest: Manifest) -> list[str]:
    """A sentence for each time that runs were added to a sweep or taken over; none if all were there from the beginning."""
    times = [list(blocks) for _, blocks in groupby(manifest.blocks, lambda block: block.created)]
    return [*map(_of_blocks, times[1:]), *map(_of_adopted, manifest.adopted)]


def _of_blocks(blocks: list[WrittenBlock]) -> str:
    first, last = blocks[0], blocks[-1]
    versions = ", ".join(f"{name} {first.versions[name]}" for name in ("backsweep", "kernels") if name in first.versions)
    return f"runs {first.start} to {last.start + last.runs - 1} were added {first.created}, with {versions}, on {first.cpu}"


def _of_adopted(adopted: Adopted) -> str:
    others = ", which other kernels may have trained" if adopted.other_kernels else ""
    return f"{runs_in(adopted.runs):,} runs were taken over from {adopted.name} in {adopted.folder}{others}"
