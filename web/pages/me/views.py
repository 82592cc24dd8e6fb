"""A partner's own rooms, each in a file of its own."""

from web.pages.me import application_steps, applications, home, invitations, offerings, profile, registrations, seen
from web.pages.me.room import bp

__all__ = [
    "application_steps",
    "applications",
    "bp",
    "home",
    "invitations",
    "offerings",
    "profile",
    "registrations",
    "seen",
]
from web.pages.me import collaborations

__all__ = ["bp", "collaborations", "home", "invitations", "offerings", "profile", "registrations", "seen"]
from web.pages.me import groups

__all__ = ["bp", "groups", "home", "invitations", "offerings", "profile", "registrations", "seen"]
from web.pages.me import papers

__all__ = ["bp", "home", "invitations", "offerings", "papers", "profile", "registrations", "seen"]
from web.pages.me import proposals

__all__ = ["bp", "home", "invitations", "offerings", "profile", "proposals", "registrations", "seen"]
