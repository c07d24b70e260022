"""Adapters of the `IdentityProvider` port: OpenID Connect (Authlib, joserfc), memory."""
