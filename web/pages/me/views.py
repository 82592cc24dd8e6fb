"""A partner's own rooms, each in a file of its own."""

from web.pages.me import home, invitations, offerings, papers, profile, registrations, seen
from web.pages.me.room import bp

__all__ = ["bp", "home", "invitations", "offerings", "papers", "profile", "registrations", "seen"]
