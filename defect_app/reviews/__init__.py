"""What persons say of judged parts: answers, the samples and studies they belong to, and what follows from them."""

from defect_app.reviews.review import Answer, Mark, NewReview, Review
from defect_app.reviews.store import ReviewStore

__all__ = ["Answer", "Mark", "NewReview", "Review", "ReviewStore"]
