"""The default roles of an installation from before on-call get its rights, as a fresh one has them."""

from django.db import migrations

VIEW = ["collaborator", "resolver", "agent", "incident-manager", "team-lead", "admin", "auditor"]
COVER = ["resolver", "agent", "incident-manager", "team-lead", "admin"]
MANAGE = ["incident-manager", "admin"]


def give(apps, schema_editor):
    Role, RoleRight = apps.get_model("accounts", "Role"), apps.get_model("accounts", "RoleRight")
    for right, slugs in (("oncall.view", VIEW), ("oncall.cover", COVER), ("oncall.manage", MANAGE)):
        for role in Role.objects.filter(slug__in=slugs):
            RoleRight.objects.get_or_create(role=role, right=right)


class Migration(migrations.Migration):
    dependencies = [("oncall", "0002_one_run")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
