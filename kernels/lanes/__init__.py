"""Lanes: the vector type of Numba, its operations, and how all of it is compiled and kept."""
