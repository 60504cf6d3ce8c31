"""Who made a capsule: an optional signature over its description, which names the hash of every other file.

A key is a small file of the person's own. What it signs can be checked by everybody; who is behind a key is said by its fingerprint, which
people tell each other in another way.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec

from gf_desktop.atomic import explain_os_error
from gf_desktop.errors import FileFormatError, UserError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["fingerprint", "make_key", "read_key", "sign_document", "signer_of"]

KEY_KIND: Final = "graph-flow-desktop key"
MOST_KEY_BYTES: Final = 1024

Hex32 = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Hex64 = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{128}\Z")]


class _Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    kind: Literal["graph-flow-desktop key"] = KEY_KIND
    secret: Hex32


class _Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    scheme: Literal["ed25519"] = "ed25519"
    public_key: Hex32
    signature: Hex64


def _private(secret: bytes) -> Ed25519PrivateKey:
    # loaded when a capsule is signed: the window's start need not wait for it
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(secret)


def _fits(public: bytes, document: bytes, signature: bytes) -> bool:
    """Return whether a signature (64 bytes, RFC 8032) is of this document and key (32 bytes)."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, document)
    except (InvalidSignature, ValueError):  # ValueError: no key at all
        return False
    return True


def fingerprint(public: bytes) -> str:
    """Return the short name of a key: 16 hexadecimal digits in fours."""
    digits = hashlib.sha256(public).hexdigest()[:16]
    return " ".join(digits[at : at + 4] for at in range(0, 16, 4))


def make_key(path: Path) -> str:
    """Write a new key to a file that only its owner can read, and return its fingerprint.

    Raises
    ------
    UserError
        When there is such a file, or it cannot be written.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    secret = private.private_bytes_raw()
    text = msgspec.json.format(msgspec.json.encode(_Key(secret=secret.hex())), indent=1) + b"\n"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise UserError("There is a file of this name already", where=str(path), next_step="Choose another name.") from error
    except OSError as error:
        raise explain_os_error(error, path) from error
    return fingerprint(private.public_key().public_bytes_raw())


def read_key(path: Path) -> bytes:
    """Return the secret of a key file.

    Raises
    ------
    FileFormatError
        When it cannot be read or is no key.
    """
    advice = "Make a new one on the command line; “capsule --help” says how."
    try:
        with path.open("rb") as stream:
            key = msgspec.json.decode(stream.read(MOST_KEY_BYTES), type=_Key)
    except OSError as error:
        raise FileFormatError(f"The file to sign with cannot be read: {error.strerror}", where=str(path), next_step=advice) from error
    except msgspec.MsgspecError as error:
        raise FileFormatError("Nothing can be signed with this file", where=str(path), next_step=advice) from error
    return bytes.fromhex(key.secret)


def sign_document(secret: bytes, document: bytes) -> bytes:
    """Return the bytes of ``signature.json`` for those of ``capsule.json``."""
    private = _private(secret)
    made = _Signature(public_key=private.public_key().public_bytes_raw().hex(), signature=private.sign(document).hex())
    return msgspec.json.encode(made) + b"\n"


def signer_of(signature: bytes, document: bytes) -> str:
    """Return the fingerprint of the key that signed a document.

    Raises
    ------
    ValueError
        With one sentence, when the signature is not readable or of another document or key.
    """
    try:
        read = msgspec.json.decode(signature, type=_Signature)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise ValueError("The capsule's signature is not readable") from error
    if msgspec.json.encode(read) + b"\n" != signature:
        raise ValueError("The capsule's signature is not readable")
    public = bytes.fromhex(read.public_key)
    if not _fits(public, document, bytes.fromhex(read.signature)):
        raise ValueError("The signature does not fit the capsule: it was changed after it was signed, or another one was signed")
    return fingerprint(public)
