"""Benches: what it costs, measured beside something else."""
