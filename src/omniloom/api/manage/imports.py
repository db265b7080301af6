"""Files into the platform, as jobs whose progress can be asked for.

A file is named by its path on the server, and what is wrong with it is told with its words: so only who may make
owners may name any file (``local.token`` among them). Everyone else names files of the folder ``imports`` in the data
directory.
"""

import threading
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from omniloom import access, collect
from omniloom.access import Permission
from omniloom.api.door import needs, platform_of, reply, user_of
from omniloom.api.manage.body import ROWS_MAX, Body, RowsMax
from omniloom.app import Platform, import_paths
from omniloom.collect import LoadProgress
from omniloom.core.errors import Denied, Invalid, Missing, OmniloomError

routes = APIRouter()
FOLDER = "imports"  # of the data directory


class ImportBody(Body):
    """Files on the server's machine and the mapping that reads them."""

    paths: list[str]
    mapping: str


class ImportJob:
    """One import running in its own thread; its progress is read by whoever asks."""

    def __init__(self, platform: Platform, paths: list[Path], mapping: Path) -> None:
        self.progress: LoadProgress | None = None
        self.result: Any = None
        self.error: OmniloomError | None = None
        self._work = (platform, paths, mapping)
        self._thread = threading.Thread(target=self._run, name="import", daemon=True)
        self._thread.start()

    def is_done(self) -> bool:
        """Whether it has ended, well or not."""
        return self.result is not None or self.error is not None

    def _run(self) -> None:
        try:
            self.result = import_paths(*self._work, progress=self._note)
        except OmniloomError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - a thread's end is a door: the fault must reach whoever waits
            self.error = OmniloomError(f"the import failed: {error}", hint="see the server's log")

    def _note(self, progress: LoadProgress) -> None:
        self.progress = progress


jobs: dict[str, ImportJob] = {}


@routes.post("/imports")
@needs(Permission.IMPORTS_WRITE)
def start_import(request: Request, body: ImportBody) -> Response:
    """Start loading files that lie on the server's machine; ask for progress by the job's id."""
    platform = platform_of(request)
    user = user_of(request)
    folder = None if user and access.may(user, Permission.USERS_WRITE) else (platform.data_dir / FOLDER).resolve()
    paths = [_file(path, folder, "paths") for path in body.paths]
    mapping_path = _file(body.mapping, folder, "mapping")
    mapping = collect.read_mapping(mapping_path)
    for lookup in mapping.lookups if paths else ():
        _file(str(paths[0].parent / lookup.path), folder, f"lookup.{lookup.name}")
    job_id = platform.ids.token()
    jobs[job_id] = ImportJob(platform, paths, mapping_path)
    return reply({"job_id": job_id}, status=202)


def _file(name: str, folder: Path | None, field: str) -> Path:
    """The file that is named, links followed. Errors: Denied outside the folder, if there is one; Invalid if none."""
    try:
        path = Path(name).resolve()
        is_file = path.is_file()
    except (OSError, ValueError) as error:  # too long, or holding what no name may hold
        raise Invalid("this is no file's name", hint="give a path on the server's machine", field=field) from error
    if folder is not None and not path.is_relative_to(folder):
        raise Denied(f"{name} is not in the folder {folder}", hint="put it there, or ask an owner", field=field)
    if not is_file:
        raise Invalid(f"there is no file {name}", hint="give a path on the server's machine", field=field)
    return path


@routes.get("/imports/jobs/{job_id}")
@needs(Permission.SOURCES_READ)
def show_import_job(job_id: str) -> Response:
    """How far an import is."""
    job = jobs.get(job_id)
    if job is None:
        raise Missing(f"there is no import {job_id}", hint="it ended with an earlier server; see /imports")
    if job.error is not None:
        raise job.error
    return reply({"is_done": job.is_done(), "progress": job.progress, "result": job.result})


@routes.get("/imports")
@needs(Permission.SOURCES_READ)
def list_imports(request: Request) -> Response:
    """Past imports with their counts."""
    return reply({"imports": collect.imports(platform_of(request).stores)})


@routes.get("/imports/{import_id}/rejects")
@needs(Permission.SOURCES_READ)
def list_rejects(request: Request, import_id: str, rows_max: RowsMax = 100) -> Response:
    """Rows an import refused: where, which field, why."""
    stores = platform_of(request).stores
    return reply({"rejects": collect.rejects(stores, import_id, rows_max=min(rows_max, ROWS_MAX))})
