"""Whose booking it is, by name."""

from __future__ import annotations

import pytest

from deskbell_server.turn.dialogues.owners import same_person


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("Jan van der Berg", "Jan van der Berg"),
        ("mr jan vandenberg", "Jan Vandenberg"),
        ("Mr Berg", "Jan van der Berg"),
        ("J. Berg", "Jan van der Berg"),
        ("Anna Stevens", "anna maria stevens"),
        ("Maria Stevens", "Anna Maria Stevens"),
        ("Ana Stevens", "Anna Stevens"),
        ("Anna Steven", "Anna Stevens"),
        ("Zoë Müller", "Zoe Muller"),
        ("Stevens, Anna", "Anna Stevens"),
        ("Ian Mac Donald", "Ian MacDonald"),
        ("Mary O'Brien", "Mary OBrien"),
        ("Mary O Brien", "Mary O'Brien"),
        ("Tom Baker Jr", "Tom Baker"),
        ("Anna Stevens", "Anna"),
        ("Minh Le", "Minh Le"),
    ],
)
def test_one_person(said: str, known: str) -> None:
    assert same_person(said, known)


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("Pieter van Dijk", "Jan van der Berg"),
        ("John Berg", "Jan van der Berg"),
        ("Peter Berg", "Jan van der Berg"),
        ("Jan van Dijk", "Jan van der Berg"),
        ("Mr Jones", "Mr Smith"),
        ("Dr Anna", "Dr Jones"),
        ("Anna", "Anna Stevens"),
        ("Anna Smith", "Anna Stevens"),
        ("P. Berg", "Jan van der Berg"),
        ("van", "Jan van der Berg"),
        ("Anna A", "Anna Adams"),
        ("", "Anna Stevens"),
        ("Anna Stevens", ""),
        ("Mr", "Mr"),
    ],
)
def test_somebody_else(said: str, known: str) -> None:
    assert not same_person(said, known)
