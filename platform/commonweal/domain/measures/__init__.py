"""Instruments, and what people answered."""
