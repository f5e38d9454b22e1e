"""Starts the whole stack in order, and waits until it can serve. The order is the method `start`."""

import os
import sys
import time
from pathlib import Path

from cli.gateway import GatewayOptions, envoy_argv, render_bootstrap
from cli.servers.accounts import passable_dir
from cli.servers.postgres import PostgresServer
from cli.servers.processes import DirectoryLock, ServerFailed, tail
from cli.servers.redis import RedisServer
from cli.stack import forking
from cli.stack.children import Child, Program, Server, forked_process
from cli.stack.databases import migrate_all, provision_all
from cli.stack.environment import Wiring
from cli.stack.places import BACKUP_VARIABLE, ROOT, STATE_VARIABLE, Places
from cli.stack.plan import Plan, ProcessSpec
from cli.stack.ports import DEFAULT_GATEWAY_PORT, GATEWAY, HOST, Ports
from cli.stack.progress import Progress
from cli.stack.readiness import answers
from cli.stack.record import ProcessNote
from cli.stack.seed import Demo, register_services, seed_demo
from cli.stack.supervisor import Supervisor

_START_SECONDS = 60.0
_HOPELESS = 4  # crashes of one process during the start


class Stack:
    """One run. `port` is the wanted gateway port, None for the default or last time's; `demo` brings the demo data."""

    def __init__(
        self, places: Places, plan: Plan, progress: Progress, *, port: int | None = None, demo: bool = True
    ) -> None:
        self.places = places
        self.plan = plan if demo else plan.without_demo()
        self._has_demo = demo
        self.progress = progress
        self.supervisor = Supervisor(changed=self._note_processes)
        self._wanted_port = port
        self._lock = DirectoryLock(places.state / "lock")
        self._probes: dict[str, tuple[int, str]] = {}

    def start(self) -> Wiring:
        """Errors: `ServerFailed`; the caller then calls `stop`."""
        begin = time.monotonic()
        self._lock.acquire(seconds=1)
        os.chdir(ROOT)
        os.umask(0o077)
        passable_dir(self.places.home)
        self.supervisor.listen_for_signals()
        if absent := self.plan.absent():
            raise ServerFailed(f"processes.toml names modules that are not there: {', '.join(absent)}")
        admin_url, redis_url = self._postgres(), self._redis()
        with self.progress.step("shared modules loaded"):
            forking.preload(self.plan.preload)
        wiring = self._wire(admin_url, redis_url)
        with self.progress.step(f"{len(self.plan.with_data)} databases with their roles"):
            provision_all(wiring)
        with self.progress.step("migrations"):
            migrate_all(wiring)
        demo = self._seed(wiring)
        self._backup()
        self._processes(wiring)
        self._gateway(wiring)
        if demo is not None:
            demo.publish(wiring)
        self._is_ready(wiring, time.monotonic() - begin)
        return wiring

    def stop(self) -> None:
        """End everything in order: gateway, services and workers, Redis, PostgreSQL."""
        self.progress.record.status = "stopping"
        self._note_processes()
        self.supervisor.stop()
        self._lock.release()

    def _postgres(self) -> str:
        """The administrator's URL: the operator's `DATABASE_URL`, else that of an own server."""
        if given := os.environ.get("DATABASE_URL"):
            return given
        with self.progress.step("PostgreSQL") as step:
            server = PostgresServer(self.places.postgres)
            self.supervisor.add([Server("postgres", server, log=Path(f"{self.places.postgres}.log"))])
            step.name = f"PostgreSQL {server.programs.major} ({server.programs.source})"
        return server.admin_url

    def _redis(self) -> str:
        if given := os.environ.get("REDIS_URL"):
            return given
        with self.progress.step("Redis") as step:
            server = RedisServer(self.places.redis)
            self.supervisor.add([Server("redis", server, log=self.places.redis / "redis.log")])
            step.name = f"Redis on port {server.port}"
        return server.url

    def _backup(self) -> None:
        """Follow the log into the archive that `STARTKLAR_BACKUP_DIR` names; it ends before the database does."""
        folder = os.environ.get(BACKUP_VARIABLE)
        if not folder:
            return
        command = [sys.executable, "-P", "-m", "cli", "backup", "follow", "--archive", str(Path(folder).absolute())]
        port = self._ports.choose("backup-metrics")
        command += ["--metrics-port", str(port)]
        env = os.environ | {"PYTHONPATH": str(ROOT), STATE_VARIABLE: str(self.places.state), "NO_COLOR": "1"}
        self.supervisor.add([Program("backup", command, log=self.places.logs / "backup.log", env=env)])

    def _wire(self, admin_url: str, redis_url: str) -> Wiring:
        ports = self._ports = Ports(self.places)
        gateway = ports.choose(GATEWAY, self._wanted_port or DEFAULT_GATEWAY_PORT)
        if gateway != (self._wanted_port or DEFAULT_GATEWAY_PORT):
            wanted = self._wanted_port or DEFAULT_GATEWAY_PORT
            self.progress.warn(f"port {wanted} is taken: the gateway takes {gateway} instead")
        self._sockets = {spec.name: ports.listen(spec.name) for spec in self.plan.processes if spec.app}
        web = {name: int(bound.getsockname()[1]) for name, bound in self._sockets.items()}
        return Wiring(self.places, self.plan, admin_url, redis_url, gateway, web)

    def _seed(self, wiring: Wiring) -> Demo | None:
        if self._has_demo:
            with self.progress.step("demo municipality"):
                return seed_demo(wiring)
        with self.progress.step("services known to each other"):
            register_services(wiring)
        return None

    def _processes(self, wiring: Wiring) -> None:
        """Fork everything at once, then wait until each answers its probe.

        Workers are the later group, so they end first: they finish their calls to services that still answer.
        """
        with self.progress.step(f"{len(self.plan.processes)} services and workers"):
            for wanted in (True, False):
                specs = [spec for spec in self.plan.processes if bool(spec.app) is wanted]
                self.supervisor.add([self._child(spec, wiring) for spec in specs])
            self._wait(self._probes)

    def _child(self, spec: ProcessSpec, wiring: Wiring) -> Child:
        metrics = self._ports.choose(f"{spec.name}-metrics")
        if spec.service:
            env = wiring.of_service(spec.service, metrics_port=metrics)
        else:
            env = wiring.common() | wiring.of_demo()
        # A worker answers its probes where its metrics are; a web app on its own port.
        self._probes[spec.name] = (wiring.web.get(spec.name, metrics), "/readyz")
        bound = self._sockets.get(spec.name)
        return forked_process(spec, env=env, log=self.places.logs / f"{spec.name}.log", bound=bound)

    def _gateway(self, wiring: Wiring) -> None:
        with self.progress.step(f"gateway on port {wiring.gateway_port}"):
            upstreams = {name: wiring.upstream(name) for name in self.plan.services}
            render_bootstrap(
                ROOT / "deploy" / "gateway" / "envoy.yaml",
                self.places.bootstrap,
                upstreams,
                (HOST, wiring.gateway_port),
                GatewayOptions(issuer=wiring.gateway, **wiring.tracing()),
            )
            log = self.places.logs / "gateway.log"
            self.supervisor.add([Program(GATEWAY, envoy_argv(self.places.bootstrap), log=log)])
            self._wait({GATEWAY: (wiring.gateway_port, "/identity/v1/api-info")})

    def _wait(self, probes: dict[str, tuple[int, str]]) -> None:
        """Until each probe answers. Errors: `ServerFailed` when a process crashes again and again, or is too slow."""
        waiting = dict(probes)
        end = time.monotonic() + _START_SECONDS
        while waiting:
            self.supervisor.tick()
            waiting = {name: probe for name, probe in waiting.items() if not answers(*probe)}
            entries = [self.supervisor.watched[name] for name in waiting]
            hopeless = [entry for entry in entries if entry.failures >= _HOPELESS]
            if self.supervisor.stopping:
                raise ServerFailed("stopped during the start")
            if hopeless or (waiting and time.monotonic() > end):
                parts = [f"{e.child.name} is not ready:\n{tail(e.child.log)}" for e in hopeless or entries]
                raise ServerFailed("\n".join(parts))
            time.sleep(0.05 if waiting else 0)

    def _is_ready(self, wiring: Wiring, seconds: float) -> None:
        record = self.progress.record
        record.status, record.gateway, record.ready_seconds = "ready", wiring.gateway, round(seconds, 1)
        self._note_processes()

    def _note_processes(self) -> None:
        record = self.progress.record
        record.processes = [
            ProcessNote(name, entry.child.pid, entry.state, entry.restarts, self._probes.get(name, (None,))[0])
            for name, entry in self.supervisor.watched.items()
        ]
        record.save(self.places)
