"""Signatures of capsules against the test vectors of Ed25519 (RFC 8032, section 7.1)."""

import msgspec
import pytest

from gf_desktop.capsule.signing import fingerprint, sign_document, signer_of

ORDER = 2**252 + 27742317777372353535851937790883648493
"""Of the group (RFC 8032, section 5.1)."""

VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


def written(public: str, signature: str) -> bytes:
    return msgspec.json.encode({"scheme": "ed25519", "public_key": public, "signature": signature}) + b"\n"


@pytest.mark.parametrize(("secret", "public", "message", "signature"), VECTORS)
def test_that_the_published_signatures_are_made_and_known(secret: str, public: str, message: str, signature: str) -> None:
    text = bytes.fromhex(message)
    assert sign_document(bytes.fromhex(secret), text) == written(public, signature)
    assert signer_of(written(public, signature), text) == fingerprint(bytes.fromhex(public))


def test_that_anything_else_is_no_signature() -> None:
    text = b"a capsule"
    sound = msgspec.json.decode(sign_document(bytes(range(32)), text))
    public, signature = sound["public_key"], bytes.fromhex(sound["signature"])
    other = msgspec.json.decode(sign_document(bytes(32), text))["public_key"]
    # the same number plus the order of the group would be a second signature of the same text
    larger = (int.from_bytes(signature[32:], "little") + ORDER).to_bytes(32, "little")
    changed = [signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :] for at in range(0, 64, 7)]
    spoiled = [(public, signature[:32] + larger), (public, b"\xff" * 64), (other, signature), ("ff" * 32, signature)]
    for key, made in [*spoiled, *((public, one) for one in changed), (public, signature[:-1]), (public[:-2], signature)]:
        with pytest.raises(ValueError, match="signature"):
            signer_of(written(key, made.hex()), text)
    with pytest.raises(ValueError, match="does not fit"):
        signer_of(written(public, signature.hex()), b"another")
