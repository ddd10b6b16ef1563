"""The countries' keys in a security module: SoftHSM, which is one without hardware, behind the real API."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pkcs11
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from pkcs11 import Attribute, ObjectClass

from evidence.keys import KeyUnavailable, are_keys_there, key_holder
from evidence.models import MaterialKey
from evidence.security_module import SecurityModule
from icse.common.sealing import new_key
from tests.cast import Cast
from tests.hostile.made import photo
from tests.integration.evidence.test_sealed import hand_in
from tests.kept import bytes_of
from tests.programs import find_softhsm

MODULE = find_softhsm()
PIN, ONE, OTHER = "482910", uuid4(), uuid4()

pytestmark = pytest.mark.skipif(MODULE is None, reason="SoftHSM is not installed: apt-get install softhsm2")


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Name a module with one empty token; return the folder in which it lies."""
    assert MODULE is not None
    folder = tmp_path / "tokens"
    folder.mkdir()
    (tmp_path / "softhsm.conf").write_text(f"directories.tokendir = {folder}\nlog.level = ERROR\n")
    (tmp_path / "pin").write_text(f"{PIN}\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm.conf"))
    made = ["--init-token", "--free", "--label", "police", "--so-pin", "9371", "--pin", PIN]
    subprocess.run(
        [shutil.which("softhsm2-util") or "softhsm2-util", *made],
        check=True,
        capture_output=True,
    )
    monkeypatch.setattr(settings, "PKCS11_MODULE", MODULE)
    monkeypatch.setattr(settings, "PKCS11_TOKEN", "police")
    monkeypatch.setattr(settings, "PKCS11_PIN_FILE", tmp_path / "pin")
    # The library is loaded once a process; what it reads of this token, it reads at its beginning.
    pkcs11.lib(MODULE).reinitialize()
    yield folder
    pkcs11.lib(MODULE).finalize()


@pytest.fixture
def module(token: Path) -> SecurityModule:
    """Return a module with a first generation of keys."""
    module = SecurityModule()
    assert module.make()
    return module


@pytest.fixture
def held_by_module(module: SecurityModule, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the installation's keys be held by the module."""
    monkeypatch.setattr(settings, "KEY_HOLDER", "evidence.security_module.SecurityModule")
    key_holder.cache_clear()
    yield
    key_holder.cache_clear()


def test_what_was_wrapped_comes_back_for_its_country_alone(module: SecurityModule) -> None:
    key = new_key()
    wrapped = module.wrap(key, ONE)
    assert SecurityModule().unwrap(wrapped, ONE) == key
    assert module.is_current(wrapped)
    assert key.secret.hex() not in wrapped
    module.wrap(key, OTHER)
    with pytest.raises(KeyUnavailable):
        module.unwrap(wrapped, OTHER)
    with pytest.raises(KeyUnavailable, match="no key of generation"):
        module.unwrap(wrapped, uuid4())


def test_a_changed_wrap_is_refused(module: SecurityModule) -> None:
    wrapped = module.wrap(new_key(), ONE)
    for broken in (wrapped[:-6] + "AAAAA=", "module-1.", "module-x.AAAA", "module-1.%%", ""):
        with pytest.raises(KeyUnavailable):
            module.unwrap(broken, ONE)


def test_keys_never_leave_the_module_and_there_is_one_a_country(module: SecurityModule) -> None:
    for country in (ONE, ONE, OTHER):
        module.wrap(new_key(), country)
    with (
        pkcs11.lib(settings.PKCS11_MODULE)
        .get_token(token_label="police")
        .open(user_pin=None, rw=False) as session
    ):
        held = list(session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY}))
        labels = sorted(each[Attribute.LABEL] for each in held)
        assert labels == sorted(
            ["ICSE installation key", f"ICSE country key {ONE}", f"ICSE country key {OTHER}"]
        )
        assert not any(each[Attribute.EXTRACTABLE] for each in held)
        assert all(each[Attribute.NEVER_EXTRACTABLE] and each[Attribute.LOCAL] for each in held)
        with pytest.raises(pkcs11.AttributeSensitive):
            held[0][Attribute.VALUE]


def test_two_that_need_a_new_countrys_key_at_once_lose_nothing(
    module: SecurityModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = new_key()
    first = module.wrap(key, ONE)
    with monkeypatch.context() as patch:
        patch.setattr("evidence.security_module._country_keys", lambda *_: [])  # as the other one saw it
        second = module.wrap(key, ONE)
    assert module.unwrap(first, ONE) == module.unwrap(second, ONE) == key


def test_generation_that_was_added_is_used_at_once_and_old_wraps_stay_open(module: SecurityModule) -> None:
    key = new_key()
    old = module.wrap(key, ONE)
    assert not module.make()
    assert SecurityModule().add_generation() == "module-2"
    assert not module.is_current(old)
    assert module.unwrap(old, ONE) == key
    new = module.wrap(key, ONE)
    assert module.is_current(new)
    assert module.unwrap(new, ONE) == key


def test_forked_process_and_threads_use_it(module: SecurityModule) -> None:
    key = new_key()
    wrapped = module.wrap(key, ONE)
    child = os.fork()
    if child == 0:
        os._exit(0 if module.unwrap(wrapped, ONE) == key else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    seen: list[bool] = []
    threads = [
        Thread(target=lambda: seen.append(module.unwrap(module.wrap(key, ONE), ONE) == key)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [True] * 8


# A search that the library lost is noticed by its destructor as well, which has nobody to tell.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_module_that_was_away_is_used_again(module: SecurityModule) -> None:
    key = new_key()
    wrapped = module.wrap(key, ONE)
    pkcs11.lib(settings.PKCS11_MODULE).reinitialize()  # it lost its sessions
    assert module.unwrap(wrapped, ONE) == key


def test_token_that_is_away_is_named_and_used_when_it_is_back(
    module: SecurityModule, token: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = new_key()
    wrapped = module.wrap(key, ONE)
    monkeypatch.setattr(settings, "PKCS11_TOKEN", "elsewhere")
    other = SecurityModule()
    with pytest.raises(KeyUnavailable, match="NoSuchToken"):
        other.unwrap(wrapped, ONE)
    monkeypatch.setattr(settings, "PKCS11_TOKEN", "police")
    assert other.unwrap(wrapped, ONE) == key


def test_wrong_pin_is_tried_once(module: SecurityModule, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token locks itself after a few wrong ones."""
    wrapped = module.wrap(new_key(), ONE)
    pkcs11.lib(settings.PKCS11_MODULE).reinitialize()
    settings.PKCS11_PIN_FILE.write_text("111111")
    other = SecurityModule()
    for _ in range(3):
        with pytest.raises(KeyUnavailable, match="refused the PIN"):
            other.unwrap(wrapped, ONE)
    assert other._refused_pin == "111111"
    settings.PKCS11_PIN_FILE.write_text(PIN)
    assert other.unwrap(wrapped, ONE).secret
    settings.PKCS11_PIN_FILE.unlink()
    with pytest.raises(KeyUnavailable, match="PIN's file"):
        SecurityModule().unwrap(wrapped, ONE)


def test_empty_token_is_not_filled_by_mistake(token: Path) -> None:
    with pytest.raises(KeyUnavailable, match="holds no keys: is it the right one"):
        SecurityModule().wrap(new_key(), ONE)
    with pytest.raises(KeyUnavailable, match="holds no keys"):
        SecurityModule().add_generation()


@pytest.mark.usefixtures("held_by_module")
def test_keys_are_known_to_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert are_keys_there()
    monkeypatch.setattr(settings, "PKCS11_TOKEN", "elsewhere")
    key_holder.cache_clear()
    assert not are_keys_there()


@pytest.mark.usefixtures("token")
def test_commands_make_and_change_its_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "KEY_HOLDER", "evidence.security_module.SecurityModule")
    key_holder.cache_clear()
    told = [StringIO(), StringIO()]
    for out in told:
        call_command("make_keys", stdout=out)
    assert "are made" in told[0].getvalue()
    assert "are there already" in told[1].getvalue()
    settings.PKCS11_PIN_FILE.unlink()
    key_holder.cache_clear()
    with pytest.raises(CommandError, match="PIN's file"):
        call_command("make_keys")
    key_holder.cache_clear()


@pytest.mark.django_db
@pytest.mark.usefixtures("own_store", "own_keys")
def test_installation_moves_from_its_key_file_to_the_module(
    cast: Cast, module: SecurityModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = photo("JPEG")
    material = hand_in(cast.owner, content).material
    hand_in(cast.partner, content)
    monkeypatch.setattr(settings, "KEY_HOLDER", "evidence.security_module.SecurityModule")
    key_holder.cache_clear()
    assert bytes_of(material) == content

    out = StringIO()
    call_command("rotate_keys", "--only-rewrap", stdout=out)

    assert "2 keys are wrapped anew" in out.getvalue()
    settings.KEY_FILE.unlink()
    key_holder.cache_clear()
    assert bytes_of(material) == content
    assert all(each.wrapped.startswith("module-1.") for each in MaterialKey.objects.all())
    again = hand_in(cast.third, photo("PNG")).material
    assert bytes_of(again) == photo("PNG")
    call_command("rotate_keys", stdout=StringIO())
    assert all(each.wrapped.startswith("module-2.") for each in MaterialKey.objects.all())
    assert bytes_of(material) == content
