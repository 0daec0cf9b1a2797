"""What a feed tells beside its rows: where its service bodies lie here, and a sentence on what became of it all."""

from dataclasses import replace

from finder.directory.bmlt_vocabulary import VocabularyPlan
from finder.domain.text import path_of, some_of
from finder.feeds.bmlt_read_bodies import body_words
from finder.feeds.rows import Row

MOST_NAMED = 10


def placed_in_bodies(rows: tuple[Row, ...], vocabulary: VocabularyPlan) -> tuple[Row, ...]:
    """The rows with their service bodies as they are called and lie here."""
    paths = {there: here for there, here in vocabulary.paths.items() if there != here}
    if not paths:
        return rows
    return tuple(
        replace(row, draft=replace(row.draft, service_body=body_words(paths[path])))
        if row.draft and (path := path_of(row.draft.service_body)) in paths
        else row
        for row in rows
    )


def told_of(vocabulary: VocabularyPlan) -> str:
    """A sentence on the service bodies and formats that are made or changed; "" when there are none."""
    bodies, formats = vocabulary.bodies.size, vocabulary.size - vocabulary.bodies.size
    if not vocabulary.size:
        return ""
    told = f"Made or changed beside the listings: {bodies:,} service bodies, {formats:,} formats."
    if not vocabulary.elsewhere:
        return told
    taken = [f"{number} ({key})" for number, key in vocabulary.elsewhere.items()]
    named = some_of(taken[:MOST_NAMED], len(taken))
    return f"{told} The numbers of these formats are taken here, they get others: {named}."
