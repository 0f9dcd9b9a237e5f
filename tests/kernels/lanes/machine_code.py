"""Prints the machine code of XOR's epoch, and of the yardstick of multiply-adds, for another processor: a script of its own,
since the number of lanes is settled when the kernels are imported.

    python machine_code.py TRIPLE CPU FEATURES

Numba compiles for this process's own target (NUMBA_CPU_NAME, NUMBA_CPU_FEATURES), and LLVM then turns its code into that of
the processor named. Prints JSON: the bytes of a row of lanes, and the assembly of each function, whose comments name spills.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm

from backsweep import kernels
from backsweep.kernels.lanes import compile as made
from backsweep.kernels.lanes.vector import ROW_BYTES

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))
import yardsticks

PARTS = ("epochs_of_sigmoids", "binary_cross_entropy", "gradient_descent")  # all that an epoch of XOR runs


def llvm_code() -> dict[str, str]:
    for dtype in kernels.DTYPES:
        for name in PARTS:
            kernels.compile_part(kernels.Part(name, dtype))
    found = {f"{name} {variant}": part._library.get_llvm_str() for (name, variant), part in made._made.items()}
    yardsticks.many_multiply_adds(yardsticks.ring(), 1)
    ring: Any = yardsticks.many_multiply_adds
    return {**found, "ring": next(iter(ring.inspect_llvm().values()))}


def assembly(machine: Any, triple: str, code: str) -> str:
    code = re.sub(r"target triple = .*", f'target triple = "{triple}"', code)
    code = re.sub(r"target datalayout = .*", f'target datalayout = "{machine.target_data}"', code)
    return machine.emit_assembly(llvm.parse_assembly(code))


def main(triple: str, cpu: str, features: str) -> None:
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    machine = llvm.Target.from_triple(triple).create_target_machine(cpu=cpu, features=features, opt=3)
    machine.set_asm_verbosity(True)
    found = {name: assembly(machine, triple, code) for name, code in llvm_code().items()}
    json.dump({"row_bytes": ROW_BYTES, "assembly": found}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
