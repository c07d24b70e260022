"""Where the database is: the setting `database_url`, read once, and a name for it that may be shown to anybody."""

from dataclasses import dataclass

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from callsheet.errors.service import ConfigurationInvalid

_SCHEMES = ("postgresql://", "postgres://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A PostgreSQL database.

    Attributes:
        url: as libpq reads it; it may have a password in it.
        name: for sentences: the database, its host and port, and nothing else.
    """

    url: str
    name: str

    def __repr__(self) -> str:
        """Without the password."""
        return f"Address({self.name})"

    @classmethod
    def parse(cls, url: str) -> "Address":
        """The address that `url` gives.

        Raises:
            ConfigurationInvalid: it is no URL of PostgreSQL.
        """
        if not url.startswith(_SCHEMES):
            raise ConfigurationInvalid("The setting 'database_url' must begin with postgresql://")
        try:
            parts = conninfo_to_dict(url)
        except ProgrammingError as exc:
            # Not what libpq says about it: that may quote the URL, and so the password.
            raise ConfigurationInvalid(
                "The setting 'database_url' cannot be read; it must look like postgresql://user@host:5432/database."
            ) from exc
        host, port = parts.get("host") or "the local socket", parts.get("port") or "5432"
        return cls(url=url, name=f"{parts.get('dbname') or parts.get('user') or 'postgres'} at {host}:{port}")
