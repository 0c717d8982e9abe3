"""
The web page: who may ask, what is asked, and what is shown.

Everything that the site says is hostile input: templates escape, links are checked, and the page may load nothing from
elsewhere. Only a browser on this machine that was given the token may ask; see `_Guard`.
"""

import asyncio
import gc
import hmac
import secrets
import socket
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from recommender.content.urls import safe_link
from recommender.errors import DecisionsChangedError, MissingExtraError, RecommenderError, UnknownArticleError
from recommender.review.desk import Desk

try:
    import uvicorn
    from jinja2 import Environment, PackageLoader
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.exceptions import HTTPException
    from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
    from starlette.requests import ClientDisconnect, Request
    from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
    from starlette.routing import Mount, Route
    from starlette.staticfiles import StaticFiles
    from starlette.types import ASGIApp
    from uvicorn.protocols.http.h11_impl import H11Protocol
except ImportError:
    raise MissingExtraError("the review page", "review") from None

from recommender.review.marking import marked
from recommender.review.views import Filters

_ROWS = 50
_LARGEST_BODY = 65_536
#: Seconds in which a request must be there, headers and body.
_PATIENCE = 10.0
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    # With no-referrer a browser would call the origin of our own forms null.
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
    "connection": "close",  # one request a connection, so that its first seconds bound it
}


class _Guard(BaseHTTPMiddleware):
    """
    Lets only the editor's own browser through.

    The Host header must be ours, so that no other name can be made to point here; a request from another origin is
    refused; the token is asked of every request, in the address once and in a cookie from then on.
    """

    def __init__(self, app: ASGIApp, desk: Desk, token: str, hosts: frozenset[str]) -> None:
        super().__init__(app)
        self.desk, self.token, self.hosts = desk, token, hosts

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """The answer of the page, a problem, or the way to the address without the token."""
        try:
            self._check(request)
        except HTTPException as error:
            response: Response = _problem(error.detail, error.status_code)
        else:
            if _same(request.query_params.get("token", ""), self.token):
                asked = [(name, value) for name, value in request.query_params.multi_items() if name != "token"]
                response = RedirectResponse(f"/{'?' if asked else ''}{urlencode(asked)}", 303)
                response.set_cookie(_cookie_name(request), self.token, httponly=True, samesite="strict")
            else:
                with self.desk.attended():
                    response = await call_next(request)
        response.headers.update(_HEADERS)
        return response

    def _check(self, request: Request) -> None:
        if request.headers.get("host", "") not in self.hosts:
            raise HTTPException(421, "This page answers to its own address only. Use the one that the command printed.")
        origin = request.headers.get("origin")
        is_ours = origin is None or origin == f"http://{request.headers['host']}"
        is_read = request.method in ("GET", "HEAD")
        if not is_ours or (
            not is_read and request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
        ):
            raise HTTPException(403, "The request comes from another page.")
        given = request.query_params.get("token") or request.cookies.get(_cookie_name(request), "")
        if not _same(given, self.token):
            raise HTTPException(403, "The token is missing or wrong. Use the whole address that the command printed.")


class _Impatient(H11Protocol):
    """Closes a connection whose request does not come."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.loop.call_later(_PATIENCE, lambda: transport.close() if self.cycle is None else None)


async def _body(request: Request) -> bytes:
    """The body of a request; HTTPException where it is large, or does not arrive in time."""
    body = b""
    try:
        async with asyncio.timeout(_PATIENCE):
            async for chunk in request.stream():
                body += chunk
                if len(body) > _LARGEST_BODY:
                    raise HTTPException(413, "The request is too large.")
    except (TimeoutError, ClientDisconnect):
        raise HTTPException(408, "The request did not arrive in time.") from None
    return body


def _cookie_name(request: Request) -> str:
    """A browser has one jar for all ports of a host, and two sites may be under review."""
    return f"recommender-{request.headers['host'].rpartition(':')[2]}"


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(), token.encode())


def _problem(message: str, status: int) -> HTMLResponse:
    return HTMLResponse(_TEMPLATES.get_template("problem.html").render(message=message, title="Problem"), status)


_TEMPLATES = Environment(
    loader=PackageLoader("recommender.review"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)
_TEMPLATES.globals["marked"] = marked


def make_app(desk: Desk, site_url: str, token: str, hosts: frozenset[str]) -> ASGIApp:
    """The page as an ASGI application, for who has the token and names a host of ours; `site_url` is for links."""
    lock = threading.Lock()
    # Forms carry a secret of their own: a cookie goes with whatever the browser sends.
    key = secrets.token_urlsafe(16)
    #: The queue as it was last shown, for the way to the next article.
    seen: list[str] = []

    def page(name: str, request: Request, **values: Any) -> HTMLResponse:
        text = _TEMPLATES.get_template(name).render(
            key=key,
            version=desk.decisions.version,
            n_known=desk.n_known,
            n_articles=len(desk.corpus),
            link=lambda article: safe_link(article.url, site_url),
            is_ours=lambda article: article.id in desk.corpus,
            said=request.query_params.get("said", ""),
            **values,
        )
        return HTMLResponse(text)

    def queue(request: Request) -> Response:
        asked = {name: request.query_params.get(name, "")[:200] for name in Filters.__dataclass_fields__}
        order = request.query_params.get("order", "first")
        rows, counts = desk.queue(Filters(**asked), order)
        n_pages = max(1, -(-len(rows) // _ROWS))
        typed = request.query_params.get("page", "1")[:9]
        number = min(n_pages, max(1, int(typed))) if typed.isascii() and typed.isdigit() else 1
        seen[:] = [row.article.id for row in rows]
        return page(
            "queue.html", request, title="Queue", rows=rows[(number - 1) * _ROWS : number * _ROWS], n_rows=len(rows),
            counts=counts, values=desk.values, filters=asked, order=order, page=number, n_pages=n_pages,
            query=urlencode({**{k: v for k, v in asked.items() if v}, "order": order}),
        )  # fmt: skip

    def article(request: Request) -> Response:
        article_id = request.query_params.get("id", "")
        sheet = desk.sheet(article_id)
        words = request.query_params.get("add", "")[:200]
        at = seen.index(article_id) if article_id in seen else len(seen)
        return page(
            "article.html", request, title=sheet.article.title, sheet=sheet, found=desk.search(words), add=words,
            before=seen[at - 1] if 0 < at < len(seen) else "", after=seen[at + 1] if at + 1 < len(seen) else "",
        )  # fmt: skip

    def version(request: Request) -> Response:
        return JSONResponse({"version": desk.decisions.version, "n_known": desk.n_known})

    def act(action: Callable[[dict[str, str]], tuple[str, str]]) -> Callable[[Request], Any]:
        """A form: what was asked is done, and the page of an article shown again."""

        async def endpoint(request: Request) -> Response:
            form = dict(parse_qsl((await _body(request)).decode("utf-8", "replace"), keep_blank_values=True))
            if not _same(form.get("key", ""), key):
                return _problem("The page is from an earlier start. Load it again, then decide.", 403)

            def locked() -> tuple[str, str]:
                with lock:
                    return action(form)

            article_id, said = await run_in_threadpool(locked)
            if not article_id:
                return RedirectResponse(f"/?{urlencode({'said': said})}", 303)
            # What is rejected leaves its place to the next, and there the editor goes on.
            at = form.get("candidate", "") if form.get("verdict") != "reject" else ""
            return RedirectResponse(f"/article?{urlencode({'id': article_id, 'said': said, 'at': at})}", 303)

        return endpoint

    def decide(form: dict[str, str]) -> tuple[str, str]:
        past = {"": "Taken back", "accept": "Accepted", "reject": "Rejected", "pin": "Pinned", "keep": "Kept",
                "remove": "Marked to be taken out"}  # fmt: skip
        verdict: Any = form.get("verdict", "")
        if verdict not in past:
            raise RecommenderError("There is no such decision.")
        position = form.get("position", "")[:9]
        desk.decide(
            form.get("article", ""), form.get("candidate", ""), verdict or None, seen=form.get("seen", ""),
            why=form.get("why", "")[:500], position=int(position) if position.isascii() and position.isdigit() else 1,
        )  # fmt: skip
        return form.get("article", ""), f"{past[verdict]}: {desk.recommender.article(form.get('candidate', '')).title}"

    def order(form: dict[str, str]) -> tuple[str, str]:
        desk.order(form.get("article", ""), form.get("order", "").splitlines(), seen=form.get("version", ""))
        return form.get("article", ""), "The order is pinned"

    def undo(form: dict[str, str]) -> tuple[str, str]:
        article_id = desk.undo()
        return article_id or form.get("article", ""), "Taken back" if article_id else "There is nothing to take back"

    def promote(form: dict[str, str]) -> tuple[str, str]:
        article_id = form.get("article", "")
        return article_id, desk.promote([article_id] if article_id else None, form.get("seen", ""))

    def promotion(request: Request) -> Response:
        article_id = request.query_params.get("id", "")
        shown = desk.promotion([article_id] if article_id else None)
        return page("promote.html", request, title="Into the lists", article_id=article_id, promotion=shown)

    def problem(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException):
            return _problem(error.detail, error.status_code)
        statuses = {UnknownArticleError: 404, DecisionsChangedError: 409}
        status = next((status for kind, status in statuses.items() if isinstance(error, kind)), 400)
        return _problem(str(error), status)

    app = Starlette(
        routes=[
            Route("/", queue),
            Route("/article", article),
            Route("/version", version),
            Route("/promote", promotion, methods=["GET"]),
            *(Route(f"/{action.__name__}", act(action), methods=["POST"]) for action in (decide, order, undo, promote)),
            Mount("/static", StaticFiles(packages=[("recommender.review", "static")])),
        ],
        exception_handlers={RecommenderError: problem, HTTPException: problem},
    )
    return _Guard(app, desk, token, hosts)


def server_of(app: ASGIApp) -> uvicorn.Server:
    """The server of the page, with no patience for slow clients."""
    return uvicorn.Server(
        uvicorn.Config(
            app, http=_Impatient, log_level="error", access_log=False, server_header=False, ws="none", lifespan="off"
        )
    )


def serve(desk: Desk, site_url: str, port: int, ready: Callable[[str], object]) -> None:
    """Answer on this machine until interrupted; `ready` is told the address to open, token and all, once it does."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", port))
        except OSError as error:
            raise RecommenderError(
                f"port {port}: {error.strerror}. Choose another: --port 0 takes one that is free."
            ) from None
        port = listening.getsockname()[1]
        token = secrets.token_urlsafe(24)
        hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
        app = make_app(desk, site_url, token, hosts)
        # The site and its model stay: to look through them for garbage takes a fifth of a second of somebody's click.
        gc.freeze()
        stop = threading.Event()
        computing = threading.Thread(target=desk.compute, args=(stop,), daemon=True)
        computing.start()
        listening.listen(128)
        ready(f"http://127.0.0.1:{port}/?token={token}")
        try:
            server_of(app).run(sockets=[listening])
        finally:
            stop.set()
            computing.join()
