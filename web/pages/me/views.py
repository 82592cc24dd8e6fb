"""A partner's own rooms, each in a file of its own."""

from web.pages.me import home, invitations, offerings, profile, proposals, registrations, seen
from web.pages.me.room import bp

__all__ = ["bp", "home", "invitations", "offerings", "profile", "proposals", "registrations", "seen"]
