"""Looks like these, of the photo that is explained: another way to judge an answer than by a heat map."""

from __future__ import annotations

from dataclasses import replace

from defect_app.ui.explain.computing import Subject


def draw_alike(subject: Subject) -> None:
    """Draw the nearest pictures of each class, judged in the same part of the photo."""
    # What reads data sets and teaching photos is loaded for those who ask for it.
    from defect_app.ui.parts.neighbours import draw_neighbours

    draw_neighbours(subject.model, replace(subject.photo, frame=subject.frame))
