"""An exception's type and text in; which code names it, and the words to fill in, out."""

from __future__ import annotations

import re
from typing import NamedTuple


class Rule(NamedTuple):
    """`pattern` found in `Type: text` means `code`."""

    code: str
    pattern: re.Pattern[str]


_RULES = (
    ("integer_requires_grad", r"floating point and complex dtype can require gradients"),
    ("freed_graph", r"backward through the graph a second time|already been freed"),
    ("inplace_modified", r"modified by an inplace operation"),
    ("inplace_leaf", r"leaf Variable that requires grad is being used in an in-place|"
     r"a view of a leaf Variable that requires grad"),
    ("numpy_of_gradient", r"Can't call numpy\(\) on Tensor that requires grad"),
    ("view_refused", r"view size is not compatible"),
    ("no_forward", r'is missing the required "forward" function'),
    ("gradient_missing", r"'NoneType' object has no attribute '(?:zero_|data|clone|detach|norm|item|mean|abs|sum|shape|add_|mul_)'|"
     r"unsupported operand type\(s\) for [-+*/]=?: (?:'float' and 'NoneType'|'int' and 'NoneType'|'NoneType' and|'Tensor' and 'NoneType')"),
    ("number_backward", r"'(?:float|int)' object has no attribute 'backward'"),
    ("wrong_keyword", r"got an unexpected keyword argument '"),
    ("missing_self", r"(?:\w+\.)+\w+\(\) takes (\d) positional arguments? but (?!\1)\d were given"),
    ("optimizer_leaf", r"can't optimize a non-leaf Tensor"),
    ("optimizer_list", r"params argument given to the optimizer should be an iterable"),
    ("optimizer_empty", r"optimizer got an empty parameter list"),
    ("function_gradients", r"returned an incorrect number of gradients"),
    ("function_legacy", r"Legacy autograd function"),
    ("nan_backward", r"returned nan values in its"),
    ("text_tensor", r"too many dimensions 'str'|new\(\): invalid data type 'str'"),
    ("unpacked", r"(?:too many|not enough) values to unpack"),
    ("no_differentiable_output", r"does not require grad and does not have a grad_fn"),
    ("non_scalar_backward", r"grad can be implicitly created only for scalar outputs"),
    ("memory", r"can't allocate memory|^MemoryError|out of memory|bad_alloc"),
    ("device_unavailable", r"not compiled with CUDA|Cannot access accelerator|Found no NVIDIA|No CUDA GPUs|CUDA driver|"
     r"Expected one of .* device type|PyTorch is not linked with support for|MPS"),
    ("device_mismatch", r"Expected all tensors to be on the same device"),
    ("dtype_target", r"expected target dtype|expected scalar type Long but found|expects? .*class (?:indices|labels).* (?:Long|int64)"),
    ("dtype_double", r"(?=.*(?:\bdouble\b|Double|float64))(?=.*(?:\bfloat\b|Float|float32)).*(?:same dtype|scalar type|Found dtype|dtype mismatch)"),
    ("dtype_mismatch", r"same dtype|expected scalar type|"
     r"could not infer output dtype|one of the following scalar types|not implemented for '(?:Long|Int|Bool)|"
     r"can't be cast|dtype mismatch|Found dtype|tensors used as indices"),
    ("shape_mismatch", r"shapes cannot be multiplied|must match the size of tensor|"
     r"Sizes of tensors must match|stack expects each tensor|to have \d+ channels|"
     r"is invalid for input of size|target size .* input size|inconsistent tensor size|"
     r"size mismatch|1D tensors expected|batch2|Expected input batch_size|shape mismatch|"
     r"doesn't match the broadcast shape|The expanded size|must be matrices|"
     r"expected to be 2-D|shapes? .* not (?:compatible|aligned)|could not be broadcast|"
     r"expected sequence of length|normalized_shape|"
     r"Expected \d+D|number of dims don't match|size_average|must be equal to input_size"),
    ("not_a_single_number", r"cannot be converted to Scalar|truth value|Boolean value of Tensor|"
     r"only one element tensors can be converted"),
    ("unbound_local", r"^UnboundLocalError:|where it is not associated with a value"),
    ("undefined_name", r"^NameError:"),
    ("missing_package", r"^(?:ModuleNotFoundError|ImportError):"),
    ("forbidden_access", r"^(?:PermissionError|OSError|FileNotFoundError|BlockingIOError):|"
     r"can't start new thread"),
    ("recursion", r"^RecursionError:"),
    ("assertion", r"^AssertionError:"),
    ("stopped", r"^(?:SystemExit|KeyboardInterrupt):"),
    ("module_not_begun", r"before Module\.__init__\(\) call"),
    ("missing_attribute", r"^AttributeError:"),
    ("index_out_of_range", r"^IndexError:"),
    ("missing_key", r"^KeyError:"),
    ("wrong_call", r"^TypeError:"),
    ("zero_division", r"^ZeroDivisionError:"),
)  # fmt: skip

RULES = tuple(Rule(code, re.compile(pattern, re.S)) for code, pattern in _RULES)


def code_of(kind: str, text: str) -> str:
    """The code of an exception of type `kind`; `user_exception` where no rule knows it."""
    told = f"{kind}: {text[:4000]}"
    return next((rule.code for rule in RULES if rule.pattern.search(told)), "user_exception")


_SHAPE = re.compile(r"\((\d+x\d+) and (\d+x\d+)\)")
_SIZES = re.compile(r"tensor a \((\d+)\).*tensor b \((\d+)\)")
_LISTED = re.compile(r"\[(\d+(?:, *\d+)*)\]")
_COUNTS = re.compile(r"size (\d+) but got size (\d+)")
_VIEW = re.compile(r"shape '(\[[^]]*\])' is invalid for input of size (\d+)")


def shapes_of(text: str) -> tuple[str, str] | None:
    """The two shapes or sizes a torch message names."""
    for pattern in (_SHAPE, _VIEW, _SIZES, _COUNTS):
        if found := pattern.search(text):
            return found.group(1).replace("x", "×"), found.group(2).replace("x", "×")
    listed = _LISTED.findall(text)
    return (f"[{listed[-2]}]", f"[{listed[-1]}]") if len(listed) >= 2 else None


class Sizes(NamedTuple):
    """A layer's kind, how many numbers or channels it takes, how many came, how many it gives."""

    layer: str
    takes: str
    given: str
    gives: str


def layer_sizes(error: BaseException, text: str) -> Sizes | None:
    """Where a linear layer or a convolution was handed another size than it was made for."""
    if found := re.search(r"cannot be multiplied \(\d+x(\d+) and (\d+)x(\d+)\)", text):
        came, takes, gives = found.groups()
        return (
            Sizes("Linear", takes, came, gives) if _passed(error, "nn/modules/linear.py") else None
        )
    found = re.search(
        r"weight of size \[(\d+), (\d+).*input\[\d+, (\d+).*to have \d+ channels", text
    )
    if found and _passed(error, "nn/modules/conv.py"):
        dims = text.partition("weight of size [")[2].partition("]")[0].count(",") - 1
        return Sizes(f"Conv{dims}d", found[2], found[3], found[1])
    return None


def _passed(error: BaseException, file: str) -> bool:
    """Whether the exception came through a file of torch."""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith(file):
            return True
        trace = trace.tb_next
    return False
