"""What users write: frozen models of a spec, and the axes in it."""
