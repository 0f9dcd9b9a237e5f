"""What the user writes: frozen models of a spec, and the axes in it."""
