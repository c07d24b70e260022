"""What the migrations of every database have in common. Imported only where there is something to migrate."""

# yoyo has no type hints.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from yoyo.backends.base import DatabaseBackend


class OneByOne(DatabaseBackend):
    """A backend of yoyo with one transaction per migration, and without names of people or machines."""

    def apply_one(self, migration: Any, force: bool = False, mark: bool = True) -> None:
        """Apply a migration and note that it was, in one transaction: a crash between the two would be for ever."""
        self.ensure_internal_schema_updated()
        with self.transaction():
            migration.process_steps(self, "apply", force=force)
            if mark:
                self.mark_one(migration)

    def get_log_data(self, migration: Any = None, operation: str = "apply") -> dict[str, Any]:
        """A row of yoyo's log, without asking who the user is (unknown in a container) or for the host (slow)."""
        return {
            "id": str(uuid4()),
            "migration_id": migration.id if migration else None,
            "migration_hash": migration.hash if migration else None,
            "username": "",
            "hostname": "",
            "created_at_utc": datetime.now(UTC).replace(tzinfo=None),
            "operation": operation,
        }
