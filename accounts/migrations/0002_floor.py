from django.db import migrations

from icse.common.floor import APP, ENGINE, grant, grant_sequences


class Migration(migrations.Migration):
    dependencies = (
        ("accounts", "0001_initial"),
        ("common", "0002_floor"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("sessions", "0001_initial"),
        ("guardian", "0001_initial"),
    )

    operations = (
        grant(
            {
                "accounts_country": {APP: "SELECT, INSERT, UPDATE", ENGINE: "SELECT"},
                "accounts_scope": {APP: "SELECT, INSERT, UPDATE", ENGINE: "SELECT"},
                "accounts_unit": {APP: "SELECT, INSERT, UPDATE"},
                "accounts_officer": {APP: "SELECT, INSERT, UPDATE"},
                "accounts_officer_groups": {APP: "SELECT, INSERT, DELETE"},
                "accounts_officer_user_permissions": {APP: "SELECT, INSERT, DELETE"},
                "accounts_apitoken": {APP: "SELECT, INSERT, UPDATE"},
                "auth_group": {APP: "SELECT"},
                "auth_group_permissions": {APP: "SELECT"},
                "auth_permission": {APP: "SELECT"},
                "django_content_type": {APP: "SELECT", ENGINE: "SELECT"},
                "django_session": {APP: "SELECT, INSERT, UPDATE, DELETE"},
                "guardian_userobjectpermission": {APP: "SELECT, INSERT, DELETE"},
                "guardian_groupobjectpermission": {APP: "SELECT, INSERT, DELETE"},
            }
        ),
        grant_sequences(
            "accounts_scope",
            "accounts_officer_groups",
            "accounts_officer_user_permissions",
            "guardian_userobjectpermission",
            "guardian_groupobjectpermission",
        ),
    )
