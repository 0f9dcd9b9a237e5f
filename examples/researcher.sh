#!/bin/sh
# A researcher's question: which optimizer is best, each at its own best learning rate, and what has its network learnt?
# Run it in an empty folder, with backsweep and its python on the PATH: sh researcher.sh
set -e

cat > optimizers.toml <<'SPEC'
task = "xor"
seeds = 100

[model]
hidden = { values = [2, 3, 4] }
bias = true
init = { low = -1.0, high = 1.0 }

[train]
optimizer = { values = ["gd", "momentum", "adam"] }
lr = { log = [0.01, 10.0], n = 7 }
epochs = 1_000
stop = { loss = 0.1 }
SPEC

backsweep run optimizers.toml
backsweep table runs/optimizers --of best --by optimizer         # each at its best, judged on seeds that did not choose it
backsweep compare runs/optimizers --setting optimizer --best-of lr    # all pairs, corrected, and how they rank
backsweep table runs/optimizers --where optimizer=adam --of settings --format latex > adam.tex
backsweep figure runs/optimizers outcomes --by optimizer --out outcomes.pdf

python - <<'PYTHON'
import backsweep

results = backsweep.open("runs/optimizers")
run = int(results.table.query("outcome == 'converged'")["run"].iloc[0])
network = results.network(run)  # trained again, if the folder has no weights
print(network.weights, network.predict([[0, 0], [0, 1], [1, 0], [1, 1]]))
PYTHON

backsweep report runs/optimizers --format markdown               # text, figures and tables as files, for a paper
backsweep bundle runs/optimizers -o optimizers.zip               # what reviewers need to check every run
