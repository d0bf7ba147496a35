"""Saving a register (tiers, calendars, teams ...) so that the journal knows who changed what."""

from typing import Any

from django.db import models, transaction

from journal import actions


@transaction.atomic
def save(register: models.Model, *, changed: list[str], is_new: bool, actor: Any) -> models.Model:
    """Saves one row of a register and records it. `changed` names the form's changed fields; secrets are never recorded."""
    if is_new:
        register.save(force_insert=True)
    else:
        columns = {field.name for field in register._meta.concrete_fields if not field.primary_key and not field.generated}
        touched = [name for name in changed if name in columns]
        if touched:
            register.save(update_fields=touched)
    if is_new or changed:
        event = "register.added" if is_new else "register.changed"
        actions.record(
            event, _Row.of(register), actor=actor, register=str(register._meta.verbose_name), name=str(register), fields=", ".join(changed)
        )
    return register


@transaction.atomic
def delete(register: models.Model, *, actor: Any) -> None:
    """Deletes one row of a register and records its name. Raises what the database says when something still points at it."""
    row, name = _Row.of(register), str(register)
    register.delete()
    actions.record("register.removed", row, actor=actor, register=str(register._meta.verbose_name), name=name, fields="")


class _Row:
    """A stand-in subject: registers share one journal type per table, whatever app they live in."""

    def __init__(self, pk: int) -> None:
        self.pk = pk

    @staticmethod
    def of(register: models.Model) -> Any:
        kind = type(f"Register_{register._meta.model_name}", (_Row,), {"journal_type": register._meta.label_lower})
        return kind(register.pk)
