# SPDX-License-Identifier: Apache-2.0
"""MinIO's admin API as its clients call it: paths below /minio/admin/v3/, signed for no region,
bodies encrypted by the secret key (madmin-go, encrypt.go; secure-io/sio-go): Argon2id by
libargon2, AES-256-GCM or ChaCha20-Poly1305 by libcrypto, both as they lie on the machine."""

import ctypes
import json
import os
import urllib.parse

SALT, FRAGMENT, TAG = 32, 16 << 10, 16
_libraries = {}


def _library(name):
    if name not in _libraries:
        _libraries[name] = ctypes.CDLL(name)
    return _libraries[name]


def _key(secret, salt):
    out = ctypes.create_string_buffer(32)
    argon2 = _library("libargon2.so.1")
    size = ctypes.c_size_t
    if argon2.argon2id_hash_raw(1, 64 << 10, 4, secret, size(len(secret)), salt,
                                size(len(salt)), out, size(32)):
        raise RuntimeError("argon2id")
    return out.raw


AES, CHACHA = 0, 1
CIPHERS = {AES: "EVP_aes_256_gcm", CHACHA: "EVP_chacha20_poly1305"}


def _by(cipher, key, nonce, aad, data, tag=None):
    """Sealed with a tag behind it, or opened where there is a tag to hold it against."""
    crypto = _library("libcrypto.so.3")
    make = getattr(crypto, CIPHERS[cipher])
    crypto.EVP_CIPHER_CTX_new.restype = make.restype = ctypes.c_void_p
    context = ctypes.c_void_p(crypto.EVP_CIPHER_CTX_new())
    way = "Decrypt" if tag is not None else "Encrypt"
    out, n = ctypes.create_string_buffer(len(data) + TAG), ctypes.c_int()
    try:
        getattr(crypto, "EVP_%sInit_ex" % way)(
            context, ctypes.c_void_p(make()), None, key, nonce)
        update = getattr(crypto, "EVP_%sUpdate" % way)
        update(context, None, ctypes.byref(n), aad, len(aad))
        update(context, out, ctypes.byref(n), data, len(data))
        if tag is not None:
            crypto.EVP_CIPHER_CTX_ctrl(context, 0x11, TAG, ctypes.c_char_p(tag))
        good = getattr(crypto, "EVP_%sFinal_ex" % way)(context, ctypes.byref(
            ctypes.create_string_buffer(TAG)), ctypes.byref(n))
        if good != 1:
            raise ValueError("not sealed by this key")
        text = out.raw[:len(data)]
        if tag is not None:
            return text
        mark = ctypes.create_string_buffer(TAG)
        crypto.EVP_CIPHER_CTX_ctrl(context, 0x10, TAG, mark)
        return text + mark.raw
    finally:
        crypto.EVP_CIPHER_CTX_free(context)


def _bound(cipher, key, nonce, last):
    return (b"\x80" if last else b"\0") + _by(cipher, key, nonce + bytes(4), b"", b"")


def seal(secret, data, cipher=AES):
    salt, nonce = os.urandom(SALT), os.urandom(8)
    key = _key(secret.encode(), salt)
    out, number = salt + bytes([cipher]) + nonce, 1
    while True:
        part, data = data[:FRAGMENT], data[FRAGMENT:]
        out += _by(cipher, key, nonce + number.to_bytes(4, "little"),
                   _bound(cipher, key, nonce, not data), part)
        number += 1
        if not data:
            return out


def unseal(secret, data):
    salt, nonce, rest = data[:SALT], data[SALT + 1:SALT + 9], data[SALT + 9:]
    if data[SALT] != 0:
        raise ValueError("another cipher: %d" % data[SALT])
    key = _key(secret.encode(), salt)
    out, number = b"", 1
    while True:
        part, rest = rest[:FRAGMENT + TAG], rest[FRAGMENT + TAG:]
        out += _by(AES, key, nonce + number.to_bytes(4, "little"),
                   _bound(AES, key, nonce, not rest), part[:-TAG], part[-TAG:])
        number += 1
        if not rest:
            return out


class Madmin:
    """Calls by one client."""

    def __init__(self, s3):
        self.s3 = s3

    def send(self, method, path, query=None, body=b"", sealed=False, **how):
        """The answer as it comes. body: bytes, or what becomes JSON."""
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if sealed:
            body = seal(self.s3.secret, body)
        pairs = urllib.parse.parse_qsl(urllib.parse.urlencode(query or {}, doseq=True),
                                       keep_blank_values=True)
        return self.s3.request(method, "minio", "admin/v3/" + path, pairs, body=body,
                               **dict(dict(signer=self.s3.signer(region="")), **how))

    def text(self, answer):
        """What an encrypted answer says."""
        return json.loads(unseal(self.s3.secret, answer.body))
