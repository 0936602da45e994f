"""Gradreel: paste a program, see it run forwards and backwards, understand every number."""

__version__ = "0.1.0"
