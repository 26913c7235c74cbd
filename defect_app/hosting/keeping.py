"""What a door keeps of a batch: each verdict in the records, and of its photo as much as policy says."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, overload

from defect_app.errors import PhotoNotKept
from defect_app.hosting.batch_entry import THUMBNAIL_SIDE
from defect_app.inspection import Inspected
from defect_app.inspection.batch import JudgedFile
from defect_app.inspection.file_judge import Extract, Extractor, FileInHand
from defect_app.inspection.record import InspectionRecord
from defect_app.inspections import Evidence, KeptPhoto, NewInspection, Source, StoredInspection
from defect_app.inspections.codes import code_in_file
from defect_app.inspections.identity import new_id
from defect_app.inspections.photo_store import PhotoStore, kept_by_policy
from defect_app.inspections.recorder import Recorder
from defect_app.intake import PhotoFile, Rejection, encode_thumbnail, read_file, read_photo
from defect_app.logs import logger
from defect_app.settings import PhotoPolicy, settings

_log = logger(__name__)


@dataclass(frozen=True)
class Origin:
    """Where the photos of a batch come from.

    Attributes
    ----------
    source : Source
        The door.
    batch : str
        The batch's name; empty for a new one.
    who, part : str
        Who has it judged, and the part that all photos show; empty where not known.
    part_of : callable or None
        Gives the part of a file by its name; the part above where it finds none.
    reads_codes : bool
        Whether the part is what a QR, Data Matrix or bar code in the photo says; that is stronger than a name.
    """

    source: Source
    batch: str = ""
    who: str = ""
    part: str = ""
    part_of: Callable[[str], str] | None = None
    reads_codes: bool = False


class Keeping:
    """Keeps one batch; safe to share between the threads that judge it.

    Parameters
    ----------
    recorder : Recorder
        Stores the verdicts.
    origin : Origin
        What is stored beside them.
    photos : PhotoStore, optional
        Default: the folder that the setting names.
    policy : str, optional
        What is kept of photos. Default: the setting.

    Attributes
    ----------
    problem : str
        Why a photo could not be kept, in words; empty where all could. Its verdict is stored all the same.
    """

    def __init__(
        self,
        recorder: Recorder,
        origin: Origin,
        *,
        photos: PhotoStore | None = None,
        policy: PhotoPolicy | None = None,
    ) -> None:
        self._recorder = recorder
        self.origin = origin if origin.batch else replace(origin, batch=new_id(datetime.now(UTC)))
        self.photos = photos or PhotoStore()
        self._policy: PhotoPolicy = policy or settings().keep_photos
        self._audit_share = settings().audit_photos
        self._kept: dict[str, KeptPhoto] = {}
        self._codes: dict[str, str] = {}
        self.problem = ""

    @overload
    def extractor(self, inner: None) -> Extractor[None]: ...

    @overload
    def extractor(
        self, inner: Extractor[Extract], thumbnail_of: Callable[[Extract], bytes] | None = None
    ) -> Extractor[Extract]: ...

    def extractor(self, inner: Any, thumbnail_of: Any = None) -> Any:
        """Return an extractor that keeps each photo, and gives what another one extracts.

        Parameters
        ----------
        inner : Extractor or None
            The door's own.
        thumbnail_of : callable, optional
            Takes the small picture from what the inner one extracted; without it one is made.
        """

        def extract(inspected: Inspected, file: FileInHand, /) -> object:
            extracted = inner(inspected, file) if inner is not None else None
            if self.origin.reads_codes:
                self._codes[file.sha256] = code_in_file(inspected.photo, file.data)
            self._keep_photo(inspected, file, thumbnail_of(extracted) if thumbnail_of is not None else b"")
            return extracted

        return extract

    def store(
        self, record: InspectionRecord, result: Inspected | Rejection, *, place: int | None = None
    ) -> Future[StoredInspection]:
        """Have a verdict stored; the future is done when it is safe.

        Parameters
        ----------
        record : InspectionRecord
            What the door shows.
        result : Inspected or Rejection
            What it was made from.
        place : int, optional
            The file's place in a batch that may hold the same file twice.
        """
        return self._recorder.submit(self.described(record, result, place=place))

    def store_file(self, judged: JudgedFile[Extract]) -> Future[StoredInspection]:
        """Have a file of a batch stored that comes again as it is when the batch is run again."""
        return self.store(judged.record, judged.result)

    def described(
        self, record: InspectionRecord, result: Inspected | Rejection, *, place: int | None = None
    ) -> NewInspection:
        """Return what is handed over to be stored; see `store`."""
        origin = self.origin
        part = self._codes.get(record.sha256, "")
        if not part and origin.part_of is not None:
            part = origin.part_of(record.file)
        return NewInspection(
            record=record,
            evidence=Evidence.of(result),
            judged_at=datetime.now(UTC),
            source=origin.source,
            batch=origin.batch,
            part=part or origin.part,
            who=origin.who,
            place=place,
            photo=self._kept.get(record.sha256, KeptPhoto.NONE),
        )

    def go_on_with(self, batch: str) -> None:
        """Store what is judged from now on with a batch that the records hold already."""
        self.origin = replace(self.origin, batch=batch)

    def judged_for(self, who: str) -> None:
        """Let what is judged from now on be for another person."""
        self.origin = replace(self.origin, who=who)

    def parts_are(self, part: str, part_of: Callable[[str], str] | None, *, reads_codes: bool) -> None:
        """Let what is judged from now on be of another part, or find its part otherwise; see `Origin`."""
        self.origin = replace(self.origin, part=part, part_of=part_of, reads_codes=reads_codes)

    @property
    def keeps_photos(self) -> bool:
        """Whether anything of any photo is kept."""
        return self._policy != "none"

    def keep_thumbnail(self, sha256: str, jpeg: bytes) -> None:
        """Keep the small picture of a photo that was judged elsewhere; `keep_again` follows with its verdict."""
        try:
            self.photos.keep_thumbnail(sha256, jpeg)
        except PhotoNotKept as error:
            self._not_kept(sha256, error)

    def keep_again(self, record: InspectionRecord, file: PhotoFile) -> None:
        """Keep what policy says of a photo judged elsewhere or by an earlier run, before its verdict is stored.

        It is read once more where it is kept whole, or where its small picture is not there yet.

        Parameters
        ----------
        record : InspectionRecord
            With its verdict.
        file : PhotoFile
            Where the photo is.
        """
        sha256 = record.sha256
        wanted = kept_by_policy(record.verdict, self._policy, sha256, self._audit_share)
        if wanted is KeptPhoto.NONE or self._kept.get(sha256) in (wanted, KeptPhoto.FULL):
            return
        has_thumbnail = self.photos.has_thumbnail(sha256)
        try:
            if wanted is KeptPhoto.FULL or not has_thumbnail:
                data = _same_content(file, sha256)
                if not has_thumbnail:
                    self.photos.keep_thumbnail(sha256, _thumbnail_of(data, file.name))
            self._kept[sha256] = KeptPhoto.THUMBNAIL
            if wanted is KeptPhoto.FULL:
                self.photos.keep_photo(sha256, data)
                self._kept[sha256] = KeptPhoto.FULL
        except PhotoNotKept as error:
            self._not_kept(sha256, error)

    def _keep_photo(self, inspected: Inspected, file: FileInHand, thumbnail: bytes) -> None:
        wanted = kept_by_policy(inspected.judgement.verdict, self._policy, file.sha256, self._audit_share)
        if wanted is KeptPhoto.NONE or self._kept.get(file.sha256) is KeptPhoto.FULL:
            return
        try:
            small = thumbnail or encode_thumbnail(inspected.photo.pixels, longest_side=THUMBNAIL_SIDE)
            self.photos.keep_thumbnail(file.sha256, small)
            self._kept[file.sha256] = KeptPhoto.THUMBNAIL
            if wanted is KeptPhoto.FULL:
                self.photos.keep_photo(file.sha256, file.data)
                self._kept[file.sha256] = KeptPhoto.FULL
        except PhotoNotKept as error:
            self._not_kept(file.sha256, error)

    def _not_kept(self, sha256: str, error: PhotoNotKept) -> None:
        _log.warning("photo_not_kept", sha256=sha256, reason=str(error))
        self.problem = f"{error} {error.remedy}"


def _same_content(file: PhotoFile, sha256: str) -> bytes:
    content = read_file(file)
    if isinstance(content, Rejection):
        raise PhotoNotKept(f"{file.name} cannot be kept: {content.reason}.", content.remedy)
    if content.sha256 != sha256:
        raise PhotoNotKept(f"{file.name} was changed after it was judged: it is not kept.", "Judge it again.")
    return content.data


def _thumbnail_of(data: bytes, name: str) -> bytes:
    photo = read_photo(data, name)
    if isinstance(photo, Rejection):
        raise PhotoNotKept(f"{name} cannot be kept: {photo.reason}.", photo.remedy)
    return encode_thumbnail(photo.pixels, longest_side=THUMBNAIL_SIDE)
