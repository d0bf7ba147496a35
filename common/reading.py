"""Reads of many rows for a list, at a fraction of select_related's price."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def shared(rows: QuerySet[M], columns: Sequence[str], related: Mapping[str, Sequence[str]]) -> list[M]:
    """The records in one query, with these columns of their own and these of each related record; the rest is read when it is asked for.

    A related record is one object, however many rows it stands on: a page of tickets has fifty rows and few people. related: foreign key → columns.
    """
    own = _in_model_order(rows.model, columns)
    plans = [(name, _in_model_order(rows.model._meta.get_field(name).related_model, wanted)) for name, wanted in related.items()]
    paths = [f"{name}__{column}" for name, wanted in plans for column in wanted]
    known: dict[tuple[str, Any], Model] = {}
    found = []
    for values in rows.values_list(*own, *paths):
        row, start = rows.model.from_db(rows.db, own, values[: len(own)]), len(own)
        for name, wanted in plans:
            part, start = values[start : start + len(wanted)], start + len(wanted)
            field: Any = rows.model._meta.get_field(name)
            pk = getattr(row, field.attname)
            if pk is not None and (name, pk) not in known:
                known[name, pk] = field.related_model.from_db(rows.db, wanted, part)
            field.set_cached_value(row, known.get((name, pk)))
        found.append(row)
    return found


def _in_model_order(model: Any, columns: Sequence[str]) -> list[str]:
    """The columns as the model stores them, its key first: Model.from_db wants that order."""
    wanted = {*columns, model._meta.pk.name}
    return [field.attname for field in model._meta.concrete_fields if field.name in wanted or field.attname in wanted]
