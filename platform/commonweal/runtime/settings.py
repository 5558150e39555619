"""What somebody who installs Commonweal may choose, and where each choice is read from.

A TOML file (COMMONWEAL_CONFIG, else commonweal.toml in the data folder) is the weakest, COMMONWEAL_<NAME> in the
environment is stronger, COMMONWEAL_<NAME>_FILE, whose content is the value, is the strongest.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_type_hints

import msgspec

from commonweal.domain.message import Refused

PREFIX: Final = "COMMONWEAL_"
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every choice, made."""

    data: Path
    """The folder that holds everything an installation keeps on this machine; absolute."""
    host: str = "127.0.0.1"
    port: Port = 8000
    """HTTP."""
    mllp_port: Port = 2575
    """HL7 v2 over MLLP; 2575 is its IANA number. A trust's line n is the n-th port behind it."""
    database_url: str | None = None
    """Administrator's connection to an outside PostgreSQL; None: an embedded one is started. May be a libpq keyword string."""
    vault_url: str | None = None
    """The same for the database of the persons' keys. Required with `database_url`."""
    nats_url: str | None = None
    """An outside NATS server; None: an embedded one is started."""
    platform_key_file: Path | None = None
    """32 random bytes; None: platform.key in the data folder."""
    tenant_key_dir: Path | None = None
    """A file of 32 random bytes per ICS; None: the folder `keys` in the data folder."""
    environment: Literal["development", "production"] = "development"
    oidc_issuer: str | None = None
    """None: the development issuer."""
    oidc_audience: str | None = None
    oidc_jwks_url: str | None = None
    oidc_client_id: str | None = None
    """Who the console is to the issuer, for signing in by authorisation code; None: the console is entered by link only."""
    oidc_client_secret: str | None = None
    public_url: str | None = None
    """How browsers reach this installation, without a slash at the end; None: http with `host` and `port`."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    otlp_endpoint: str | None = None
    """Where spans go, by OTLP over HTTP; OTEL_EXPORTER_OTLP_ENDPOINT is read too. None: no spans are made."""
    trace_ratio: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    """The share of new traces that are made; None: all in development, one in ten in production. A caller that began one decides
    for its own requests."""
    metrics_host: str = "127.0.0.1"
    metrics_port: Port | None = None
    """Where a process shows its numbers to Prometheus; None: nowhere. `up` gives each process one of its own from here on."""

    @property
    def address(self) -> str:
        """How browsers reach this installation."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def platform_key_path(self) -> Path:
        return self.platform_key_file or self.data / "platform.key"

    @property
    def tenant_keys(self) -> Path:
        return self.tenant_key_dir or self.data / "keys"

    @property
    def traced(self) -> float:
        """The share of new traces that are made."""
        if self.trace_ratio is not None:
            return self.trace_ratio
        return 1.0 if self.environment == "development" else 0.1

    @property
    def embedded(self) -> bool:
        """Is any server our own?"""
        return self.database_url is None or self.nats_url is None


NAMES: Final = Settings.__struct_fields__
_TYPES: Final[Mapping[str, Any]] = get_type_hints(Settings, include_extras=True)


def load(environ: Mapping[str, str], file: Path | None = None) -> Settings:
    """Read the settings; raises Refused, naming the place, for an unknown name or a value that cannot be.

    `file` takes the place of COMMONWEAL_CONFIG.
    """
    values = _from_environment(environ)
    written = file or (Path(environ["COMMONWEAL_CONFIG"]) if environ.get("COMMONWEAL_CONFIG") else None)
    if written is not None and not written.is_file():
        raise Refused(f"the settings file {written} does not exist")
    data: Path = _checked("data", *values["data"]) if "data" in values else default_data()
    written = written or data / "commonweal.toml"
    chosen = {name: _checked(name, *value) for name, value in {**_from_file(written), **values}.items()}
    chosen.setdefault("data", data)
    chosen.setdefault("otlp_endpoint", environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or None)
    return _agreeing(Settings(**chosen))


def environment(settings: Settings) -> dict[str, str]:
    """The settings as variables, for a process of ours: what `load` reads back as the same."""
    return {PREFIX + name.upper(): str(value) for name in NAMES if (value := getattr(settings, name)) is not None}


def default_data() -> Path:
    """`.data` in a checkout we stand in; elsewhere the machine's or the user's usual folder for data."""
    here = Path.cwd()
    if (here / "platform" / "commonweal").is_dir():
        return here / ".data"
    if os.geteuid() == 0:
        return Path("/var/lib/commonweal/data")
    return Path.home() / ".local" / "share" / "commonweal"


def _from_environment(environ: Mapping[str, str]) -> dict[str, tuple[str, Any]]:
    plain: dict[str, tuple[str, Any]] = {}
    from_files: dict[str, tuple[str, Any]] = {}
    for variable, text in environ.items():
        name = variable.removeprefix(PREFIX).lower()
        if not variable.startswith(PREFIX) or name == "config" or not text:
            continue
        if name in NAMES:
            plain[name] = (variable, text)
        elif name.removesuffix("_file") in NAMES:
            from_files[name.removesuffix("_file")] = (variable, _content(variable, Path(text)))
        else:
            raise Refused(
                f"{variable} is not a setting; there are {_listed(PREFIX + known.upper() for known in NAMES)}"
            )
    return {**plain, **from_files}


def _content(variable: str, path: Path) -> str:
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{variable} names {path}, which cannot be read ({type(error).__name__})") from None


def _from_file(path: Path) -> dict[str, tuple[str, Any]]:
    if not path.exists():
        return {}
    try:
        written = tomllib.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise Refused(f"the settings file {path} cannot be read: {error}") from None
    for name in written:
        if name not in NAMES:
            raise Refused(f"{path}: {name} is not a setting; there are {_listed(NAMES)}")
    return {name: (f"{path}: {name}", value) for name, value in written.items()}


def _checked(name: str, where: str, value: Any) -> Any:
    try:
        return msgspec.convert(value, _TYPES[name], strict=not isinstance(value, str), dec_hook=_path)
    except (msgspec.ValidationError, TypeError) as error:
        reason = str(error).split(" - at ")[0]
        raise Refused(f"{where} cannot be {value!r}: {reason[:1].lower()}{reason[1:].replace('`', '')}") from None


def _path(_kind: type, value: Any) -> Path:
    if not isinstance(value, str) or not value:
        raise TypeError("expected the path of a file or folder")
    return Path(value).expanduser().absolute()


def _agreeing(settings: Settings) -> Settings:
    if settings.database_url and not settings.vault_url:
        raise Refused(
            "COMMONWEAL_DATABASE_URL needs COMMONWEAL_VAULT_URL beside it: the keys of persons live in a database of their own"
        )
    if settings.vault_url and not settings.database_url:
        raise Refused("COMMONWEAL_VAULT_URL needs COMMONWEAL_DATABASE_URL beside it")
    if settings.port == settings.mllp_port:
        raise Refused(f"COMMONWEAL_PORT and COMMONWEAL_MLLP_PORT are both {settings.port}; they must differ")
    if settings.metrics_port in {settings.port, settings.mllp_port}:
        raise Refused(f"COMMONWEAL_METRICS_PORT is {settings.metrics_port}, which is taken already; it must differ")
    return settings


def _listed(names: Any) -> str:
    return ", ".join(sorted(names))
