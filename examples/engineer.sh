#!/bin/sh
# An engineer's sweep in a batch system: what will it take, is it done, and can somebody else check it?
# Run it in an empty folder, with backsweep on the PATH: sh engineer.sh
set -e

cat > xor.toml <<'SPEC'
task = "xor"
seeds = 100

[model]
hidden = { values = [2, 4] }

[train]
lr = { values = [0.5, 2.0, 5.0] }
epochs = 2_000
stop = { loss = 0.1 }
SPEC

backsweep run xor.toml --dry-run                                 # the plan, the time, the disk and the memory; keeps nothing
backsweep run xor.toml --jobs 1 --log json > log.jsonl           # one JSON object per line; the last one has the answer
tail -n 1 log.jsonl
backsweep status runs/xor --format json                          # from any process, while it runs or afterwards
backsweep resume runs/xor                                        # trains what is missing: nothing, this time
backsweep table runs/xor --format csv > table.csv
backsweep verify runs/xor --sample 100                           # trains 100 of its runs again and compares every bit
backsweep bundle runs/xor -o xor.zip                             # results, spec and versions in one file
backsweep open xor.zip -o elsewhere                              # on any machine; every file is checked by its digest
backsweep verify elsewhere --sample 100
backsweep ls
