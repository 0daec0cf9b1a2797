"""A shelf of made-up listings in a SQLite file, for tests and measurements of the search."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from sqlalchemy import delete, insert

from finder.store import schema  # noqa: F401 - the tables have to be known
from finder.store.base import Base
from finder.store.database import Database
from finder.store.shelf import DirectoryRevision, PublicListing, PublicVocabulary
from finder.store.shelf_reader import ShelfReader
from tests.synthetic import Document, Maker, shelf_rows, shelf_vocabulary, vocabulary_documents, vocabulary_rows
from tests.synthetic_words import CITIES, City

_ROWS_AT_A_TIME = 5000


class Shelf:
    """The shelf in the file *path*; ``documents`` are those on it, by id, unless they are too many to keep."""

    def __init__(
        self,
        path: Path,
        *,
        programs: int = 14,
        formats: int = 60,
        cities: tuple[City, ...] = CITIES,
        keep: bool = True,
    ) -> None:
        self._cities = cities
        self.database = Database(f"sqlite:///{path}")
        Base.metadata.create_all(self.database.engine)
        self.vocabulary = vocabulary_documents(programs=programs, formats=formats, cities=cities)
        self.documents: dict[int, Document] = {}
        self.revision = 1
        self._keep = keep
        with self.database.unit_of_work() as session:
            session.add(DirectoryRevision(id=1, revision=1, vocabulary_revision=1))
            session.execute(insert(PublicVocabulary), vocabulary_rows(self.vocabulary))

    @classmethod
    def opened(cls, path: Path, *, programs: int, formats: int, cities: tuple[City, ...] = CITIES) -> "Shelf":
        """The shelf that an earlier run left in *path*, without its documents."""
        shelf = cls.__new__(cls)
        shelf.database = Database(f"sqlite:///{path}")
        shelf.vocabulary = vocabulary_documents(programs=programs, formats=formats, cities=cities)
        shelf.documents, shelf._keep, shelf._cities = {}, False, cities
        shelf.revision = shelf.reader().revision().directory
        return shelf

    def maker(self, *, seed: int = 7, odd: float = 0.03) -> Maker:
        """What makes documents that fit this shelf."""
        return Maker(self.vocabulary, seed=seed, odd=odd, cities=self._cities)

    def reader(self) -> ShelfReader:
        """A reader of it."""
        return ShelfReader(self.database.url)

    def put(self, documents: Iterable[Document]) -> None:
        """Put listings on the shelf, in place of those with the same ids, as a new revision."""
        self.revision += 1
        rows = shelf_rows(self._noted(documents), shelf_vocabulary(self.vocabulary))
        while part := list(islice(rows, _ROWS_AT_A_TIME)):
            with self.database.unit_of_work() as session:
                ids = [row["id"] for row in part]
                if self.revision > 2:
                    for at in range(0, len(ids), 500):
                        session.execute(delete(PublicListing).where(PublicListing.id.in_(ids[at : at + 500])))
                session.execute(insert(PublicListing), part)
        self._tell()

    def _noted(self, documents: Iterable[Document]) -> Iterable[Document]:
        for document in documents:
            document["revision"] = self.revision
            if self._keep:
                self.documents[document["id"]] = document
            yield document

    def remove(self, ids: Iterable[int]) -> None:
        """Take listings off the shelf, as a new revision."""
        self.revision += 1
        with self.database.unit_of_work() as session:
            for number in ids:
                self.documents.pop(number, None)
                session.execute(delete(PublicListing).where(PublicListing.id == number))
                session.add(PublicListing(id=number, slug=f"-{number}", revision=self.revision, gone=True, document=""))
        self._tell()

    def name_anew(self, vocabulary: dict[str, list[Document]]) -> None:
        """Put another vocabulary on the shelf, as a new revision."""
        self.revision += 1
        self.vocabulary = vocabulary
        with self.database.unit_of_work() as session:
            session.execute(delete(PublicVocabulary))
            session.execute(insert(PublicVocabulary), vocabulary_rows(vocabulary))
        self._tell(vocabulary=True)

    def _tell(self, *, vocabulary: bool = False) -> None:
        with self.database.unit_of_work() as session:
            held = session.get_one(DirectoryRevision, 1)
            held.revision = self.revision
            if vocabulary:
                held.vocabulary_revision = self.revision

    def close(self) -> None:
        """Let go of the file."""
        self.database.dispose()
