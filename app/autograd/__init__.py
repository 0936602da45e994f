"""A Job in, its Graph out: the program runs for real, recorded by torch's own hooks."""

from app.autograd.finish import Finished
from app.autograd.runner import run

__all__ = ["Finished", "run"]
