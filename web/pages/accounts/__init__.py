"""Signing in and out, the links that come by mail, and everything about one's own account."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)
