"""Woven drafts in; those a reply has room for marked, the middle of a very long run left out."""

from __future__ import annotations

from app.autograd.drafts import Draft


def leave_out(drafts: list[Draft], limit: int) -> int:
    """Mark as left out what is beyond `limit` kept drafts, and say how many were: all but the first
    and last ones, in the order they were made. A leaf is left out with the last op that reads it;
    what an op at either end reads stays."""
    shown = [draft for draft in drafts if not draft.is_dropped]
    if len(shown) <= limit:
        return 0
    ends = {d.index for d in shown[: limit // 2]} | {d.index for d in shown[-limit // 2 :]}
    ends |= {
        edge.source
        for draft in shown
        if draft.index in ends
        for edge in draft.inputs
        if drafts[edge.source].kind != "op"
    }
    count = 0
    for draft in shown:
        if draft.index not in ends:
            draft.is_dropped = draft.is_left_out = True
            count += 1
    return count
