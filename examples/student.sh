#!/bin/sh
# A student's first experiment: how wide must a network be to learn XOR, and at which learning rate?
# Run it in an empty folder, with backsweep on the PATH: sh student.sh
set -e

cat > xor.toml <<'SPEC'
task = "xor"
seeds = 100

[model]
hidden = { values = [2, 3, 4] }

[train]
lr = { log = [0.1, 10.0], n = 5 }
epochs = 2_000
stop = { loss = 0.1 }
SPEC

backsweep run xor.toml                                           # trains, and ends with the answer
backsweep table runs/xor --by hidden                             # how often and how soon, by the number of hidden units
backsweep table runs/xor --of what-matters                       # what the answer said of it, with intervals
backsweep compare runs/xor --setting hidden --values 2,3         # what does the third unit gain, over the same seeds?
backsweep seeds runs/xor --half-width 0.02 --by hidden           # how many seeds would it take to be surer?
backsweep figure runs/xor survival --by hidden --out survival.pdf
backsweep replay runs/xor 7                                      # run 7 again: its losses on the way, and its last weights
backsweep report runs/xor                                        # everything in one page, to hand in
