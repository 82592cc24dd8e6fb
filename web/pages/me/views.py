"""A partner's own rooms, each in a file of its own."""

from web.pages.me import groups, home, invitations, offerings, profile, registrations, seen
from web.pages.me.room import bp

__all__ = ["bp", "groups", "home", "invitations", "offerings", "profile", "registrations", "seen"]
