"""Production says which setting is wrong and does not start; the other modes need no settings at all."""

from dataclasses import fields, replace
from pathlib import Path

import pytest
from sqlmodel import Session

import migrations
from models import User
from models.session import make_engine
from tests import factories
from web import startup
from web.app import create_app
from web.environment import prepare_environment
from web.settings import SETTINGS, Settings, UnsafeSettings, load_settings

SOUND = {
    "MUSUBI_MODE": "production",
    "SECRET_KEY": "kujaku-momiji-0123456789-hotaru-susuki",
    "COOKIE_SECURE": "1",
    "BASE_URL": "https://musubi.example.lg.jp/",
    "TRUSTED_HOSTS": "musubi.example.lg.jp, localhost",
}


def test_nothing_set_is_a_demonstration() -> None:
    settings = load_settings({})
    assert settings.demo
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.database_url.startswith("sqlite:///")
    assert settings.data_dir.is_absolute()


def test_the_address_follows_host_and_port() -> None:
    assert load_settings({"PORT": "8123"}).base_url == "http://127.0.0.1:8123"


def test_sound_production_starts() -> None:
    settings = load_settings(SOUND)
    assert settings.trusted_hosts == ("musubi.example.lg.jp", "localhost")
    assert settings.base_url == "https://musubi.example.lg.jp"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SECRET_KEY": load_settings({}).secret_key}, "SECRET_KEY"),
        ({"SECRET_KEY": "ab" * 20}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"COOKIE_SECURE": "0"}, "COOKIE_SECURE"),
        ({"BASE_URL": "http://musubi.example.lg.jp"}, "BASE_URL"),
        ({"TRUSTED_HOSTS": " , "}, "TRUSTED_HOSTS"),
        ({"PORT": "http"}, "PORT"),
        ({"WEB_WORKERS": "-1"}, "WEB_WORKERS"),
        ({"MUSUBI_MODE": "prod"}, "MUSUBI_MODE"),
    ],
)
def test_each_wrong_setting_is_named(change: dict[str, str], named: str) -> None:
    with pytest.raises(UnsafeSettings, match=named) as caught:
        load_settings(SOUND | change)
    assert str(caught.value).count("\n- ") <= 2


def test_every_setting_is_read_and_every_field_has_one() -> None:
    assert {setting.name.lower().removeprefix("musubi_") for setting in SETTINGS} == {f.name for f in fields(Settings)}


def test_numeric_libraries_get_one_thread_and_no_hub() -> None:
    environ = {"OMP_NUM_THREADS": "3"}
    prepare_environment(load_settings({}), environ)
    assert environ["OMP_NUM_THREADS"] == "3", "what a person has set stays"
    assert environ["HF_HUB_OFFLINE"] == "1"


def test_a_model_from_a_hub_may_be_fetched() -> None:
    environ: dict[str, str] = {}
    prepare_environment(load_settings({"ENCODER_MODEL": "cl-nagoya/ruri-v3-30m"}), environ)
    assert "HF_HUB_OFFLINE" not in environ


def _at(folder: Path, **change: str) -> Settings:
    return load_settings(SOUND | {"DATABASE_URL": f"sqlite:///{folder / 'musubi.db'}"} | change)


def test_an_empty_database_keeps_the_site_closed(tmp_path: Path) -> None:
    with pytest.raises(startup.NotReady, match="db upgrade"):
        startup.refuse_unready(_at(tmp_path))


def test_production_does_not_open_with_demonstration_accounts(tmp_path: Path) -> None:
    settings = _at(tmp_path)
    engine = make_engine(settings.database_url)
    migrations.upgrade(engine)
    startup.refuse_unready(settings)
    with Session(engine) as session:
        person: User = factories.user(session)
        person.is_demo = True
        session.commit()
        with pytest.raises(startup.NotReady, match=person.email):
            startup.refuse_unready(settings)
        startup.refuse_unready(replace(settings, mode="demo"))
        person.active = False
        session.commit()
    startup.refuse_unready(settings)
    engine.dispose()


def test_a_host_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    app = create_app(load_settings({"MUSUBI_MODE": "test", "DATA_DIR": str(tmp_path), "TRUSTED_HOSTS": "our.example"}))
    answer = app.test_client().get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert b"evil" not in answer.data
