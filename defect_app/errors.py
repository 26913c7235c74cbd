"""The errors of the project: raised where a fact is known, shown once at the door (page, command line, API)."""


class DefectLensError(Exception):
    """Base of every error that a user is shown.

    Parameters
    ----------
    message : str
        What happened, in plain words, naming the file or model.
    remedy : str
        What the user can do about it; may be empty.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class ModelUnavailable(DefectLensError):
    """A model folder is missing, incomplete, altered or of an unknown form."""


class DataUnavailable(DefectLensError):
    """A data set is not on this machine, or its archive is damaged."""


class InvalidRecipe(DefectLensError):
    """A training recipe has an unknown, missing or impossible entry."""


class InvalidOperatingPoint(DefectLensError):
    """Thresholds outside [0, 1], in the wrong order, or not numbers."""


class RecordsUnavailable(DefectLensError):
    """The database of the records cannot be opened, read or written."""
