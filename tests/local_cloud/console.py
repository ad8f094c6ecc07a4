"""The console on the local cloud: its address there, and a user for each role.

The local cloud has the user pool's managed pages at its own address, without TLS. Browsers keep the console's cookies
there all the same: `localhost` and what ends with it counts as safe.
"""

from dataclasses import dataclass
from typing import Any

from tests.local_cloud.cloud import LocalCloud

ROLES = ("viewer", "operator", "admin")
PASSWORD = "Rekindle-local-1"


@dataclass(frozen=True)
class Console:
    cloud: LocalCloud
    outputs: dict[str, str]
    stage: str

    @property
    def address(self) -> str:
        """Of the stage: `/console` comes behind it."""
        return f"http://{self.outputs['ConsoleApiId']}.execute-api.localhost:{self.cloud.port}/{self.stage}"

    @property
    def sign_in(self) -> str:
        return f"{self.address}/console"

    def open(self) -> None:
        """Tells the user pool and the stage where the console is, and makes the users."""
        client: dict[str, Any] = {"UserPoolId": self.outputs["ConsoleUsersId"]}
        pool = self.cloud.client("cognito-idp")
        pool.update_user_pool_client(
            **client,
            ClientId=self.outputs["ConsoleClientId"],
            SupportedIdentityProviders=["COGNITO"],
            AllowedOAuthFlowsUserPoolClient=True,
            AllowedOAuthFlows=["code"],
            AllowedOAuthScopes=["openid", "email"],
            CallbackURLs=[f"{self.address}/console/signed-in"],
            LogoutURLs=[f"{self.address}/console/signed-out"],
        )
        variables = {"pool": f"http://localhost:{self.cloud.port}", "address": self.address}
        operations = [
            {"op": "replace", "path": f"/variables/{name}", "value": value} for name, value in variables.items()
        ]
        self.cloud.client("apigateway").update_stage(
            restApiId=self.outputs["ConsoleApiId"], stageName=self.stage, patchOperations=operations
        )
        for role in ROLES:
            user = {**client, "Username": self.user(role)}
            pool.admin_create_user(
                **user,
                MessageAction="SUPPRESS",
                UserAttributes=[
                    {"Name": "email", "Value": self.user(role)},
                    {"Name": "email_verified", "Value": "true"},
                ],
            )
            pool.admin_set_user_password(**user, Password=PASSWORD, Permanent=True)
            pool.admin_add_user_to_group(**user, GroupName=role)

    @staticmethod
    def user(role: str) -> str:
        return f"{role}@example.com"
