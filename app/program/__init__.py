"""A Job in; its Program, its tree, its imports and its faults in words, out."""

from app.program.faults import fault
from app.program.imports import PREIMPORTED, importer
from app.program.read import read, tree
from app.program.value import FILENAME, Program

__all__ = ["FILENAME", "PREIMPORTED", "Program", "fault", "importer", "read", "tree"]
