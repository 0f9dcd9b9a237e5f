"""The Parquet files of some of the sixty sweeps: a line with the number of the sweep, and the name and the hash of each.

`tests/emulated.sh` compares what this prints on two processors. The argument is how many sweeps:

    cd tests && python -m helpers.sixty_files 12
"""

import hashlib
import random
import sys
import tempfile
from pathlib import Path

from backsweep.sweep import Sweep
from helpers.sixty_specs import specs

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        tables = list(specs(Path(place)))
        # Every third one would always have the same entry of lists as long as that.
        for number in sorted(random.Random(0).sample(range(len(tables)), int(sys.argv[1]))):
            folder = Path(place) / str(number)
            Sweep.from_dict(tables[number]).run(folder, jobs=1)
            for file in sorted(folder.rglob("*.parquet")):
                print(number, file.relative_to(folder), hashlib.sha256(file.read_bytes()).hexdigest(), flush=True)
