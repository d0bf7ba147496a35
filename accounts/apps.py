from common.apps import HouseConfig


class AccountsConfig(HouseConfig):
    """People: users, teams, roles, API tokens, integration keys."""

    name = "accounts"
