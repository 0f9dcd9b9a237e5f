"""One call of the kernels: arguments are checked, laid out in memory, and given to the loop."""
