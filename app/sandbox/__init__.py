"""Strangers' programs in, outcomes out: every program runs in a confined process of its own."""

from app.sandbox.confine import Confinement, probe
from app.sandbox.pool import Pool, run_once

__all__ = ["Confinement", "Pool", "probe", "run_once"]
