"""Files into the platform, as jobs whose progress can be asked for."""

import threading
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from omniloom import collect
from omniloom.access import Permission
from omniloom.api.door import needs, platform_of, reply
from omniloom.api.manage.body import ROWS_MAX, Body
from omniloom.app import Platform, import_paths
from omniloom.collect import LoadProgress
from omniloom.core.errors import Invalid, Missing, OmniloomError

routes = APIRouter()


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
    paths = [Path(path) for path in body.paths]
    for path in (*paths, Path(body.mapping)):
        if not path.is_file():
            raise Invalid(f"there is no file {path}", hint="give a path on the server's machine", field="paths")
    collect.read_mapping(Path(body.mapping))
    job_id = platform.ids.token()
    jobs[job_id] = ImportJob(platform, paths, Path(body.mapping))
    return reply({"job_id": job_id}, status=202)


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
def list_rejects(request: Request, import_id: str, rows_max: int = 100) -> Response:
    """Rows an import refused: where, which field, why."""
    stores = platform_of(request).stores
    return reply({"rejects": collect.rejects(stores, import_id, rows_max=min(rows_max, ROWS_MAX))})
