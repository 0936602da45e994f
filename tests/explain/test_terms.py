"""Written sums: what stands there adds up to what stands beside it."""

from app.explain.terms import Term, summed


def test_few_digits_where_they_suffice():
    assert summed([Term(1.23456, 2.0), Term(3.0, 1.0)], 5.46912) == r"1.235 \cdot 2 + 3 \cdot 1"


def test_cancelling_terms_have_enough_digits():
    terms = [Term(1.00012, 3.0), Term(-1.00034, 3.0)]
    assert summed(terms, -0.00066) == (r"1.00012 \cdot 3 + \left(-1.00034\right) \cdot 3")


def test_small_numbers_stay_scientific():
    assert summed([Term(1.5e-7, 1.0)], 1.5e-7) == r"1.5 \cdot 10^{-7} \cdot 1"
