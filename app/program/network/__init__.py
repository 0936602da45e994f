"""A layer line or a GPT configuration in; readable torch code, and where each line comes from, out."""

from app.program.network.code import NetworkCode
from app.program.network.kinds import EXAMPLES, KINDS, LOSSES
from app.program.network.recognise import is_network
from app.program.network.translate import read_network
from app.program.network.written import written

__all__ = ["EXAMPLES", "KINDS", "LOSSES", "NetworkCode", "is_network", "read_network", "written"]
