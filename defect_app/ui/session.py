"""Every name under which pages keep something: in the address, and in the session of one browser tab."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from defect_app.catalog import ModelVersion
    from defect_app.hosting.batch import Batch


class Address(StrEnum):
    """Parameters of the pages' addresses: whoever gets a link sees the same.

    A widget that is bound to the address has the parameter's name for its key, so these bear no page's name.
    """

    MODEL = "model"

    # Inspect: the key of the batch, so that a reload finds its photos
    BATCH = "batch"

    # Evaluate, and Thresholds where it shows the same choice
    VIEW = "view"
    SPLIT = "split"
    PART = "part"
    LEAK_FREE = "leak_free"
    THRESHOLD = "threshold"
    CELL = "cell"
    COLUMNS = "columns"
    UNIT = "unit"
    ONLY_MISTAKES = "only_mistakes"

    # Evaluate: which check of the data. Explain: which check of the map.
    CHECK = "check"

    # Compare
    SECTION = "section"
    PRODUCT = "product"
    MODELS = "models"
    PHOTOS = "photos"
    FIRST = "first"
    SECOND = "second"
    FLIPS = "flips"
    SAMPLE = "sample"

    # Explain, and Compare where it shows one photo
    SOURCE = "source"
    EVALUATED = "evaluated"
    TARGET = "target"
    METHODS = "methods"
    LAYER = "layer"
    LOOK = "look"
    SCALE = "scale"

    # Review
    REVIEWS = "reviews"

    # Teach: the product whose corrected photos are put to its own
    CORRECTED = "corrected"

    # Thresholds
    REVIEW = "review"
    REJECT = "reject"
    ACCEPT = "accept"

    # Inspections; its model is a filter, and not the one that the other pages work with
    JUDGED_BY = "judged_by"
    SINCE = "since"
    UNTIL = "until"
    VERDICT = "verdict"
    DOOR = "door"
    WHO = "who"
    SERIAL = "serial"
    OF_BATCH = "of_batch"
    SEARCH = "search"
    OPEN = "open"

    # Studies
    STUDY = "study"

    # Glossary
    TERM = "term"

    # Lessons, and the inspector's exam
    LESSON = "lesson"
    STEP = "step"
    ANSWER = "answer"
    PRESENT = "present"
    EXAM = "exam"
    EXAM_SEED = "exam_seed"


class Key(StrEnum):
    """Keys of the session's state, those of widgets among them, each with the name of its page first."""

    SHARED_MODEL = "shared_model"
    SHARED_WHO = "shared_who"
    SHARED_HEAT = "shared_heat"
    SHARED_NEIGHBOURS_SOURCE = "shared_neighbours_source"
    SHARED_ADDRESS_PAGE = "shared_address_page"
    SHARED_ADDRESS_WRITTEN = "shared_address_written"

    EVALUATE_THRESHOLD_SET = "evaluate_threshold_set"

    SHARED_FRAME = "shared_frame"
    SHARED_QUIET_FRAME = "shared_quiet_frame"
    SHARED_QUIET_LISTENING = "shared_quiet_listening"
    SHARED_QUIET_FOLLOWING = "shared_quiet_following"

    INSPECT_BATCHES = "inspect_batches"
    INSPECT_CLEARED = "inspect_cleared"
    INSPECT_UNDO = "inspect_undo"
    INSPECT_HANDED_OVER = "inspect_handed_over"
    INSPECT_OTHER_PRODUCT = "inspect_other_product"
    INSPECT_CHANGE_PRODUCT = "inspect_change_product"
    INSPECT_LISTENING = "inspect_listening"
    INSPECT_UNSENT = "inspect_unsent"
    INSPECT_FED_DROP = "inspect_fed_drop"
    INSPECT_NEWEST = "inspect_newest"
    INSPECT_FOLLOWING = "inspect_following"
    INSPECT_OPENED = "inspect_opened"
    INSPECT_HEAD = "inspect_head"
    INSPECT_PANEL = "inspect_panel"
    INSPECT_STEPS = "inspect_steps"
    INSPECT_COUNTS = "inspect_counts"
    INSPECT_LIVE = "inspect_live"
    INSPECT_LIVE_SHOT = "inspect_live_shot"
    INSPECT_SHOT_NARROW = "inspect_shot_narrow"
    INSPECT_SHOT = "inspect_shot"
    INSPECT_FRAME = "inspect_frame"
    INSPECT_FRAMING = "inspect_framing"
    INSPECT_JUDGE_FRAMES = "inspect_judge_frames"
    INSPECT_JUDGE_WHOLE = "inspect_judge_whole"
    INSPECT_SAVE_FRAMES = "inspect_save_frames"
    INSPECT_FIXED_FRAME = "inspect_fixed_frame"
    INSPECT_CLEAR_FRAME = "inspect_clear_frame"
    INSPECT_ZOOM = "inspect_zoom"
    INSPECT_ZOOMED = "inspect_zoomed"
    INSPECT_EVERY_CLASS = "inspect_every_class"
    INSPECT_SOURCE = "inspect_source"
    INSPECT_DROP_ROUND = "inspect_drop_round"
    INSPECT_ALL_SAMPLES = "inspect_all_samples"
    INSPECT_STOP = "inspect_stop"
    INSPECT_GO_ON = "inspect_go_on"
    INSPECT_FILTER = "inspect_filter"
    INSPECT_ORDER = "inspect_order"
    INSPECT_SELECTED = "inspect_selected"
    INSPECT_PREVIOUS = "inspect_previous"
    INSPECT_NEXT = "inspect_next"
    INSPECT_EXPLAIN = "inspect_explain"
    INSPECT_ROWS = "inspect_rows"
    INSPECT_PAGE = "inspect_page"
    INSPECT_HEAT = "inspect_heat"
    INSPECT_OPACITY = "inspect_opacity"
    INSPECT_COLOURS = "inspect_colours"
    INSPECT_PART = "inspect_part"
    INSPECT_PART_PATTERN = "inspect_part_pattern"
    INSPECT_PART_CODES = "inspect_part_codes"
    INSPECT_RESTORE = "inspect_restore"
    INSPECT_STORE_AGAIN = "inspect_store_again"
    INSPECT_CSV = "inspect_csv"
    INSPECT_NEIGHBOURS = "inspect_neighbours"

    INSPECTIONS_FILTER = "inspections_filter"
    INSPECTIONS_PAGES = "inspections_pages"
    INSPECTIONS_TABLE = "inspections_table"
    INSPECTIONS_NEWER = "inspections_newer"
    INSPECTIONS_OLDER = "inspections_older"
    INSPECTIONS_CLOSE = "inspections_close"
    INSPECTIONS_AGAIN_MODEL = "inspections_again_model"
    INSPECTIONS_AGAIN_POINT = "inspections_again_point"
    INSPECTIONS_ALL_POINT = "inspections_all_point"
    INSPECTIONS_ALL_COMPARE = "inspections_all_compare"
    INSPECTIONS_MAP = "inspections_map"
    INSPECTIONS_CSV = "inspections_csv"
    INSPECTIONS_CSV_FILE = "inspections_csv_file"

    COMPARE_UPLOAD = "compare_upload"
    COMPARE_BATCH_SIZE = "compare_batch_size"
    COMPARE_METRIC = "compare_metric"
    COMPARE_AMOUNTS_OF = "compare_amounts_of"
    COMPARE_RATE = "compare_rate"
    COMPARE_MISSED_DEFECT = "compare_missed_defect"
    COMPARE_FALSE_REJECT = "compare_false_reject"
    COMPARE_HUMAN_REVIEW = "compare_human_review"

    HOME_DROP = "home_drop"
    SHARED_TOUR_STEP = "shared_tour_step"
    SHARED_TOUR_STRIP = "shared_tour_strip"
    SHARED_TOUR_NEXT = "shared_tour_next"
    SHARED_TOUR_END = "shared_tour_end"
    SHARED_TOUR_START = "shared_tour_start"

    EXPLAIN_HANDED_OVER = "explain_handed_over"
    EXPLAIN_UPLOAD = "explain_upload"
    EXPLAIN_REFERENCE = "explain_reference"
    EXPLAIN_STOPPED = "explain_stopped"
    EXPLAIN_COLOURS = "explain_colours"
    EXPLAIN_OPACITY = "explain_opacity"
    EXPLAIN_CHECKED = "explain_checked"
    EXPLAIN_HIDDEN_SHARE = "explain_hidden_share"
    EXPLAIN_HIDING = "explain_hiding"

    # Where a point in use is told
    SHARED_ADOPT = "shared_adopt"
    SHARED_ADOPT_WHO = "shared_adopt_who"
    SHARED_ADOPTED = "shared_adopted"

    # Where the self-test is told
    SHARED_SELF_TEST = "shared_self_test"

    REVIEW_QUEUE = "review_queue"
    REVIEW_BLIND = "review_blind"
    REVIEW_SHOWN = "review_shown"
    REVIEW_STORED = "review_stored"
    REVIEW_PASSED = "review_passed"
    REVIEW_BACK = "review_back"
    REVIEW_PROBLEM = "review_problem"
    REVIEW_DRAW_PASSED = "review_draw_passed"
    REVIEW_DRAW_REVIEWED = "review_draw_reviewed"
    REVIEW_DRAW_REJECTED = "review_draw_rejected"
    REVIEW_DRAW_DAYS = "review_draw_days"
    REVIEW_DRAW = "review_draw"
    REVIEW_STUDY = "review_study"
    REVIEW_STUDY_PARTS = "review_study_parts"
    REVIEW_STUDY_TRIALS = "review_study_trials"
    REVIEW_STUDY_TITLE = "review_study_title"
    REVIEW_STUDY_BEGIN = "review_study_begin"
    REVIEW_STUDY_VIEW = "review_study_view"

    TEACH_TITLE = "teach_title"
    TEACH_SOURCE = "teach_source"
    TEACH_CLASSES = "teach_classes"
    TEACH_ADD_CLASS = "teach_add_class"
    TEACH_ZIP = "teach_zip"
    TEACH_FRAMED = "teach_framed"
    TEACH_FRAMED_PHOTO = "teach_framed_photo"
    TEACH_FRAME = "teach_frame"
    TEACH_DRAWN_FRAME = "teach_drawn_frame"
    TEACH_FIND_FRAME = "teach_find_frame"
    TEACH_START = "teach_start"
    TEACH_STOP = "teach_stop"
    TEACH_JOB = "teach_job"
    TEACH_TAUGHT = "teach_taught"
    TEACH_VERSION = "teach_version"
    TEACH_ROLL_BACK = "teach_roll_back"
    TEACH_EXPORT = "teach_export"
    TEACH_IMPORT = "teach_import"
    TEACH_FIND = "teach_find"
    TEACH_FIND_STORED = "teach_find_stored"
    TEACH_FOUND = "teach_found"
    TEACH_NEW_VERSION = "teach_new_version"
    TEACH_FINE_TUNE = "teach_fine_tune"
    TEACH_FINE_TUNE_STOP = "teach_fine_tune_stop"
    TEACH_FINE_TUNE_ACCEPT = "teach_fine_tune_accept"
    TEACH_FINE_TUNE_DISCARD = "teach_fine_tune_discard"

    LESSONS_CHOSEN = "lessons_chosen"
    LESSONS_NOTE = "lessons_note"
    LESSONS_PREVIOUS = "lessons_previous"
    LESSONS_NEXT = "lessons_next"
    LESSONS_PRESENT = "lessons_present"
    LESSONS_STAGE = "lessons_stage"
    LESSONS_PHOTO = "lessons_photo"
    LESSONS_UPLOAD = "lessons_upload"
    LESSONS_EXAMS = "lessons_exams"
    LESSONS_EXAM_PLACE = "lessons_exam_place"
    LESSONS_EXAM_SHEET = "lessons_exam_sheet"
    LESSONS_EXAM_WHO = "lessons_exam_who"

    THRESHOLDS_MODEL = "thresholds_model"
    THRESHOLDS_LINES = "thresholds_lines"
    THRESHOLDS_ORIGINS = "thresholds_origins"
    THRESHOLDS_COMPONENT = "thresholds_component"
    THRESHOLDS_MOVES = "thresholds_moves"
    THRESHOLDS_STRETCHED = "thresholds_stretched"
    THRESHOLDS_REVIEW = "thresholds_review"
    THRESHOLDS_REJECT = "thresholds_reject"
    THRESHOLDS_ACCEPT = "thresholds_accept"
    THRESHOLDS_SETTINGS = "thresholds_settings"
    THRESHOLDS_SETTING_OF = "thresholds_setting_of"
    THRESHOLDS_SETTING_BACK = "thresholds_setting_back"
    THRESHOLDS_RATE = "thresholds_rate"
    THRESHOLDS_MISSED_DEFECT = "thresholds_missed_defect"
    THRESHOLDS_FALSE_REJECT = "thresholds_false_reject"
    THRESHOLDS_HUMAN_REVIEW = "thresholds_human_review"
    THRESHOLDS_BACK = "thresholds_back"
    THRESHOLDS_SAVE = "thresholds_save"
    THRESHOLDS_WHO = "thresholds_who"
    THRESHOLDS_TOAST = "thresholds_toast"
    THRESHOLDS_VIEW = "thresholds_view"
    THRESHOLDS_METRIC = "thresholds_metric"
    THRESHOLDS_FIND_RULE = "thresholds_find_rule"
    THRESHOLDS_FIND_SPLIT = "thresholds_find_split"
    THRESHOLDS_FIND_RECALL = "thresholds_find_recall"
    THRESHOLDS_FIND_ESCAPES = "thresholds_find_escapes"
    THRESHOLDS_FIND_CONFIDENCE = "thresholds_find_confidence"
    THRESHOLDS_FIND_LOAD = "thresholds_find_load"
    THRESHOLDS_FIND_MOVE = "thresholds_find_move"
    THRESHOLDS_CHANGES_WITH = "thresholds_changes_with"
    THRESHOLDS_CHANGES_HEAT = "thresholds_changes_heat"
    THRESHOLDS_SAVED_WHO = "thresholds_saved_who"
    THRESHOLDS_SAVED_MOVE = "thresholds_saved_move"
    THRESHOLDS_SAVED_ACTIVATE = "thresholds_saved_activate"
    THRESHOLDS_SAVED_DEFAULT = "thresholds_saved_default"
    THRESHOLDS_SAVED_ROLL_BACK = "thresholds_saved_roll_back"
    THRESHOLDS_SAVED_EXPORT = "thresholds_saved_export"
    THRESHOLDS_SAVED_EVERY = "thresholds_saved_every"
    THRESHOLDS_SAVED_FILE = "thresholds_saved_file"
    THRESHOLDS_SAVED_IMPORT = "thresholds_saved_import"


class KeyOf(StrEnum):
    """Keys that several widgets of a kind have, each with what tells it from the others: ``KeyOf.SHARED_CHART(name)``.

    What depends on a model takes its hash, or a model replaced under the same id would find the former one's choices.
    """

    SHARED_USE = "shared_use"
    SHARED_ADDRESS = "shared_address"
    SHARED_CHART = "shared_chart"
    SHARED_CHART_HTML = "shared_chart_html"
    SHARED_TABLE = "shared_table"
    SHARED_TABLE_CSV = "shared_table_csv"
    SHARED_GALLERY_PAGE = "shared_gallery_page"

    HOME_JUDGE = "home_judge"

    INSPECTIONS_REPORT = "inspections_report"

    INSPECT_DROP = "inspect_drop"
    INSPECT_SAMPLE = "inspect_sample"
    INSPECT_OPEN = "inspect_open"
    INSPECT_SHOWN = "inspect_shown"
    INSPECT_SHOT_OF = "inspect_shot_of"

    EXPLAIN_STOP = "explain_stop"
    EXPLAIN_GO_ON = "explain_go_on"
    EXPLAIN_REVEAL = "explain_reveal"
    EXPLAIN_DOWNLOAD = "explain_download"
    EXPLAIN_HITS = "explain_hits"

    LESSONS_BEGIN = "lessons_begin"
    LESSONS_CHOICE = "lessons_choice"
    LESSONS_GUESS = "lessons_guess"

    REVIEW_LOOKING = "review_looking"
    REVIEW_LIMIT = "review_limit"
    REVIEW_PAGE = "review_page"

    TEACH_CLASS_TITLE = "teach_class_title"
    TEACH_CLASS_ROLE = "teach_class_role"
    TEACH_CLASS_FILES = "teach_class_files"
    TEACH_UNLABELLED = "teach_unlabelled"
    TEACH_LABEL = "teach_label"

    THRESHOLDS_SAVED_POINTS = "thresholds_saved_points"
    THRESHOLDS_SAVED_HISTORY = "thresholds_saved_history"
    THRESHOLDS_SAVED_SHEET = "thresholds_saved_sheet"

    def __call__(self, *parts: object) -> str:
        """Return the key of one of them."""
        return "_".join((self.value, *map(str, parts)))


def inspected_batches() -> dict[ModelVersion, Batch]:
    """Return the batches that Inspect holds for this tab, by the version of the model that judges them."""
    batches: dict[ModelVersion, Batch] = st.session_state.setdefault(Key.INSPECT_BATCHES, {})
    return batches


def remember_model(model_id: str) -> None:
    """Make a model the one that the pages work with, in the session and in the address."""
    if st.query_params.get(Address.MODEL, model_id) != model_id:
        # The photos that the address stands for were judged by the former one.
        st.query_params.pop(Address.BATCH, None)
    st.session_state[Address.MODEL] = model_id
    if st.query_params.get(Address.MODEL) != model_id:
        st.query_params[Address.MODEL] = model_id
