"""A partner's own rooms, each in a file of its own."""

from web.pages.me import collaborations, home, invitations, offerings, profile, registrations, seen
from web.pages.me.room import bp

__all__ = ["bp", "collaborations", "home", "invitations", "offerings", "profile", "registrations", "seen"]
