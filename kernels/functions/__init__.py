"""Elementary functions on lanes: exponential, logarithm, sigmoid, error function, sine."""
