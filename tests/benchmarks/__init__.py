"""How fast it is beside its peers: each timing comes with a check that what was timed is right."""
