"""What the platform's operator needs: municipalities, people, mail and the audit trail."""

from flask import Blueprint

bp = Blueprint("admin", __name__)
