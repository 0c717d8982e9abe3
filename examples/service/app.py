"""
Suggestions for drafts over HTTP: a saved model is loaded once, and each POST of a draft is answered with suggestions.

    recommender fit examples/newsroom --model models/newsroom
    RECOMMENDER_MODEL=models/newsroom uvicorn --app-dir examples/service app:app
    curl -d '{"title": "More battery buses for Port Ellery"}' http://127.0.0.1:8000/suggestions
"""

import json
import os
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Route

from recommender import Article, load_model

MAX_BYTES = 1_000_000
MOST = 50
#: What a draft may say: texts; and how many suggestions are wanted, and topics, a list of texts.
TEXTS = ("id", "title", "excerpt", "body", "url", "provider", "language")


@asynccontextmanager
async def lifespan(app):
    """Load the model once, before the first request."""
    app.state.recommender = load_model(os.environ["RECOMMENDER_MODEL"])
    yield


async def suggestions(request):
    """The suggestions for the draft in the body."""
    draft, k = draft_of(await body_of(request))
    # Ranking is work for a processor; other requests are answered meanwhile.
    found = await run_in_threadpool(request.app.state.recommender.suggest, draft, k)
    return JSONResponse({"suggestions": [as_json(suggestion) for suggestion in found]})


async def health(request):
    """How many articles can be suggested."""
    return JSONResponse({"articles": len(request.app.state.recommender.article_ids)})


async def body_of(request) -> bytes:
    """The body, of which no more than what is allowed is ever in memory."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_BYTES:
            raise HTTPException(413, f"the body must be at most {MAX_BYTES:,} bytes. Shorten the draft's body.")
    return body


def draft_of(body: bytes) -> tuple[Article, int | None]:
    """The draft that a body describes, and how many suggestions are wanted."""
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        raise HTTPException(400, 'the body must be JSON, such as {"title": "Tea"}.') from None
    if not isinstance(values, dict):
        raise HTTPException(422, 'the body must be an object, such as {"title": "Tea"}.')
    k = values.pop("k", None)
    topics = values.pop("topics", [])
    if k is not None and (type(k) is not int or not 1 <= k <= MOST):
        raise HTTPException(422, f"k must be a whole number from 1 to {MOST}.")
    if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
        raise HTTPException(422, "topics must be a list of texts.")
    for name, value in values.items():
        if name not in TEXTS:
            raise HTTPException(422, f"there is no {name!r}. A draft has {', '.join(TEXTS)}, topics and k.")
        if not isinstance(value, str):
            raise HTTPException(422, f"{name} must be text.")
    if not any(values.get(name, "").strip() for name in ("title", "excerpt", "body")):
        raise HTTPException(422, "a draft needs a title, an excerpt or a body.")
    return Article(**{"id": "draft", **values}, topics=tuple(topics)), k


def as_json(suggestion) -> dict:
    """A suggestion as the answer has it, with its reason in sentences."""
    fields = ("rank", "article_id", "title", "url", "score")
    return {name: getattr(suggestion, name) for name in fields} | {"reason": list(suggestion.reason.sentences)}


async def told(request, error):
    """An error as JSON."""
    return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)


app = Starlette(
    lifespan=lifespan,
    exception_handlers={HTTPException: told},
    routes=[
        Route("/suggestions", suggestions, methods=["POST"]),
        Route("/health", health),
    ],
)
