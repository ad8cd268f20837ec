"""A client of the api in Python; needs what the extra `client` of this project names."""

from shared.client.answers import ApiError, Arrival, Batch, FieldError, Problem, PushAnswer, PushedItem, Removal
from shared.client.khabar import Filters, Khabar

__all__ = [
    "ApiError",
    "Arrival",
    "Batch",
    "FieldError",
    "Filters",
    "Khabar",
    "Problem",
    "PushAnswer",
    "PushedItem",
    "Removal",
]
