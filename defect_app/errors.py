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


class InvalidSetting(DefectLensError):
    """A setting of the environment holds a value that it does not take."""


class Busy(DefectLensError):
    """So much work waits already that no more is taken; what was taken goes on."""


class InvalidDocument(DefectLensError):
    """A file that people write is no TOML or JSON of its form, or has an unknown, missing or impossible entry."""


class DataUnavailable(DefectLensError):
    """A data set is not on this machine, or its archive is damaged."""


class InvalidRecipe(DefectLensError):
    """A training recipe has an unknown, missing or impossible entry."""


class InvalidStudy(DefectLensError):
    """A study of variants has an unknown, missing or impossible entry."""


class InvalidOperatingPoint(DefectLensError):
    """Thresholds outside [0, 1], in the wrong order, or not numbers."""


class OutputFailed(DefectLensError):
    """Results cannot be written any further, for example because the disk is full."""


class RecordsUnavailable(DefectLensError):
    """The database of the records cannot be opened, read or written."""


class InvalidPerson(DefectLensError):
    """A name, role, password or key that cannot be."""


class InvalidReview(DefectLensError):
    """An answer on a part, a sample or a study that cannot be kept."""


class InvalidPartPattern(DefectLensError):
    """A pattern does not say where in a file's name the part's serial number stands."""


class PhotoNotKept(DefectLensError):
    """A photo cannot be written to the folder of photos, for example because the disk is full."""


class PackageMissing(DefectLensError):
    """A package of an optional group, such as TensorFlow, is not installed."""


class FrameOutsidePhoto(DefectLensError):
    """A part that was asked for in pixels does not lie in the photo."""


class UnusablePhoto(DefectLensError):
    """A file that was given to be explained is no photo that the app can use."""
