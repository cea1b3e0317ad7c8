"""An identity provider that vouches for who signs in (OpenID Connect Core 1.0).

Authorization code flow with PKCE (RFC 7636). The ID token counts only when the provider's keys
signed it for us, for this very request, and it is not too old. Nothing is believed of the provider
but what its signed token says.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from settings import settings

SCOPE = "openid email"
SIGNED_WITH = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
CLOCKS_DIFFER_SECONDS = 60
TIMEOUT_SECONDS = 10
HERE = ("localhost", "127.0.0.1", "::1")


class ProviderFailed(Exception):
    """The provider cannot be reached, or what it says cannot be believed; the reason is for the log."""


@dataclass(frozen=True)
class Request:
    """What a browser takes along to the provider and must bring back."""

    state: str
    nonce: str
    code_verifier: str
    address: str


@dataclass(frozen=True)
class Identity:
    """Who signed in there; `email` only when the provider has verified it."""

    subject: str
    email: str | None


def is_set() -> bool:
    """Whether staff may sign in with an identity provider."""
    return bool(settings().oidc_issuer and settings().oidc_client_id)


def new_request(redirect_uri: str) -> Request:
    """Where to send a browser that wants to sign in. Raises `ProviderFailed`."""
    state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    code_verifier = secrets.token_urlsafe(48)
    with _client(redirect_uri) as client:
        address, _ = client.create_authorization_url(
            _endpoint(_metadata(client), "authorization_endpoint"),
            state=state,
            nonce=nonce,
            code_verifier=code_verifier,
        )
    return Request(state, nonce, code_verifier, address)


def identity_of(
    code: str, *, redirect_uri: str, nonce: str, code_verifier: str, at: datetime
) -> Identity:
    """Who the provider says came back with this code. Raises `ProviderFailed`."""
    with _client(redirect_uri) as client:
        metadata = _metadata(client)
        methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if client.client_secret and "client_secret_basic" not in methods:
            client.token_endpoint_auth_method = "client_secret_post"
        try:
            given = client.fetch_token(
                _endpoint(metadata, "token_endpoint"),
                grant_type="authorization_code",
                code=code,
                code_verifier=code_verifier,
            )
        except (AuthlibBaseError, OSError, ValueError) as error:
            raise ProviderFailed(f"the code was refused: {error}") from error
        keys = _json(client, _endpoint(metadata, "jwks_uri"))
    return _identity(str(given.get("id_token", "")), keys, nonce=nonce, at=at)


def _identity(id_token: str, keys: Any, *, nonce: str, at: datetime) -> Identity:
    client_id = settings().oidc_client_id
    expected = jwt.JWTClaimsRegistry(
        now=int(at.timestamp()),
        leeway=CLOCKS_DIFFER_SECONDS,
        iss={"essential": True, "value": settings().oidc_issuer},
        aud={"essential": True, "value": client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        claims = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=SIGNED_WITH).claims
        expected.validate(claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise ProviderFailed(f"the ID token is not valid: {error!r}") from error
    others = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if others else client_id) != client_id:
        raise ProviderFailed("the ID token is for another client")
    email = claims.get("email") if claims.get("email_verified") is True else None
    return Identity(claims["sub"], email if isinstance(email, str) else None)


def _client(redirect_uri: str) -> Any:
    return OAuth2Session(
        settings().oidc_client_id,
        settings().oidc_client_secret.get_secret_value() or None,
        scope=SCOPE,
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
        default_timeout=TIMEOUT_SECONDS,
    )


def _metadata(client: Any) -> dict[str, Any]:
    issuer = settings().oidc_issuer
    metadata = _json(client, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if not isinstance(metadata, dict) or metadata.get("issuer") != issuer:
        raise ProviderFailed("the provider names another issuer")
    return metadata


def _endpoint(metadata: dict[str, Any], name: str) -> str:
    """An address of the provider, which must be encrypted unless it is on this machine."""
    address = str(metadata.get(name, ""))
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in HERE):
        raise ProviderFailed(f"the provider's {name} is not encrypted")
    return address


def _json(client: Any, address: str) -> Any:
    try:
        response = client.get(address, withhold_token=True, headers={"Accept": "application/json"})
        response.raise_for_status()
        return response.json()
    except (OSError, ValueError) as error:
        raise ProviderFailed(f"{address}: {error}") from error
