"""What survives when a process dies, a disk fills or a file is damaged: `python -m tests.faults`."""
