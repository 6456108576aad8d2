"""Puts a model's new wording in the place of claims that were not supported, where it is better. Pure."""

from collections.abc import Mapping, Sequence

from rag.citations import Resolver, build_claims
from rag.passages import split_sentences
from rag.types import Claim, Marker, Piece, Verdict

BETTER = (Verdict.SUPPORTED, Verdict.PARTLY)  # than a claim that is not supported


def doubtful_claims(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Those that the check found not supported."""
    return tuple(claim for claim in claims if claim.verdict is Verdict.NOT_SUPPORTED)


def put_better(
    claims: Sequence[Claim], wordings: Mapping[Claim, Sequence[Piece]], resolver: Resolver
) -> tuple[tuple[Claim, ...], int, Resolver]:
    """The claims with those reworded that are better so, how many those are, and the resolver after them.

    A wording is judged like any claim. One that is not at least partly supported in each of its sentences,
    or cites what the model was not given, is passed over, and its claim stays as it was.
    """
    together: list[Claim] = []
    better = 0
    for claim in claims:
        trial = resolver.branch()
        new = _claims(wordings.get(claim, ()), trial)
        if new:
            together += [_in_place(new[0], claim), *new[1:]]
            resolver, better = trial, better + 1
        else:
            together.append(claim)
    return tuple(together), better, resolver


def _claims(pieces: Sequence[Piece], resolver: Resolver) -> tuple[Claim, ...]:
    cited = [resolver.cite(piece) if isinstance(piece, Marker) else piece for piece in pieces]
    claims = build_claims([piece for piece in cited if piece is not None], split_sentences)
    return claims if None not in cited and all(claim.verdict in BETTER for claim in claims) else ()


def _in_place(new: Claim, old: Claim) -> Claim:
    return Claim(new.text, new.verdict, new.missing, new.citations, old.lead)
