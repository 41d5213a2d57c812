"""Words for photos in templates."""

from django import template

from citygrid.desk.web.photos import fit_words as words
from citygrid.evidence import queries as evidence
from citygrid.evidence.models import Media

register = template.Library()


@register.filter
def fit_words(photo: evidence.Photo) -> str:
    """How far the photo fits the place and the moment it is shown for."""
    return words(photo)


@register.filter
def refused_because(media: Media) -> str:
    """Why the decoder refused a photo."""
    return evidence.refusal_words(media)
