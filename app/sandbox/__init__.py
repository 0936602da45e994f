"""Strangers' programs in, outcomes out: every program runs in a confined process of its own."""

from app.sandbox.confine import Confinement, probe
from app.sandbox.fleet import Fleet
from app.sandbox.pool import Pool, run_and_ask, run_once

__all__ = ["Confinement", "Fleet", "Pool", "probe", "run_and_ask", "run_once"]
