"""Settings of a ledger: a state folder, the `MYDATA_…` variables, and the secrets that are made on first use."""

from mydata_ledger.scripts.settings.secret_files import instance, secret
from mydata_ledger.scripts.settings.settings import DEFAULT_PORT, DEFAULT_STATE, Settings
from mydata_ledger.scripts.settings.values import BadSetting

__all__ = ["DEFAULT_PORT", "DEFAULT_STATE", "BadSetting", "Settings", "instance", "secret"]
