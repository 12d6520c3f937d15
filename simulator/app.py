"""Routes: Twilio's wire, the control API and the handset page."""

import json
import logging
import re
from typing import Any

from simulator import resources
from simulator.control import BadRequest, Control, log_lines
from simulator.errors import ApiError
from simulator.forms import pairs_of
from simulator.httpd import Connection, Request
from simulator.model import Account
from simulator.pages import Pages
from simulator.proof import Create
from simulator.world import World

ACCOUNTS = "/2010-04-01/Accounts/"
MESSAGES = "/Messages.json"
ACCOUNT = re.compile(r"(AC[0-9a-fA-F]{32})(?:\.json|/(.+)\.json)")
logger = logging.getLogger("simulator")


class App:
    """Takes every request of the server."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.control = Control(world)
        self.pages = Pages(world)

    def handle(self, request: Request) -> None:
        """Answer one request. A create is answered at once, everything else may wait for something."""
        path = request.path
        try:
            if path.endswith(MESSAGES) and request.method == "POST" and path.startswith(ACCOUNTS):
                self.world.messages.create(request, path[len(ACCOUNTS) : -len(MESSAGES)])
            elif path.startswith(("/2010-04-01/", "/v1/")):
                self._twilio(request)
            elif path == "/sim/inbound" and request.method == "POST":
                self.world.sender.spawn(self._inbound(request))
            elif path.startswith("/sim/"):
                self._control(request)
            else:
                self.pages.handle(request)
        except ApiError as error:
            request.connection.answer(error.status, error.body)
        except Exception:
            logger.exception("a request failed: %s %s", request.method, path)
            request.connection.answer(500, ApiError(20500).body)

    def abandoned(self, request: Request) -> None:
        """Note a create whose body never came: it began here all the same."""
        if request.method == "POST" and request.path.endswith(MESSAGES):
            entry = Create(
                request.came_wall, request.begin_wall, request.begin_mono, 0, 0, False, "", "", "", "", 0, 0, ""
            )  # fmt: skip
            self.world.proof.create(entry)

    # -- Twilio -------------------------------------------------------------------------------------------------

    def _twilio(self, request: Request) -> None:
        account = self.world.carrier.account_for(request.headers.get("authorization", ""))
        if request.path.startswith("/v1/"):
            status, answer = self._v1(request, account)
        else:
            status, answer = self._v2010(request, account)
        delay = self.world.carrier.dice.seconds(self.world.carrier.behaviour.latency_ms)
        body = b"" if status == 204 else json.dumps(answer).encode()
        request.connection.answer(status, body, delay=delay)

    def _v2010(self, request: Request, account: Account) -> tuple[int, Any]:
        match = ACCOUNT.fullmatch(request.path[len(ACCOUNTS) :])
        if match is None:
            raise ApiError(20404, request.path)
        if match.group(1) != account.sid:
            raise ApiError(20003)
        rest, method = match.group(2) or "", request.method
        query = dict(pairs_of(request.query))
        if rest.startswith("Messages"):
            return self._messages(request, account, rest, query)
        if rest == "" and method == "GET":
            return 200, resources.account_view(account)
        if rest == "IncomingPhoneNumbers" and method == "GET":
            return 200, resources.incoming_numbers(self.world.carrier, account, query)
        name, _, sid = rest.partition("/")
        if name == "IncomingPhoneNumbers" and method == "POST":
            form = dict(_form(request))
            return 200, resources.change_incoming(self.world.carrier, account, sid, form, request.path)
        raise ApiError(20404, request.path)

    def _messages(
        self, request: Request, account: Account, rest: str, query: dict[str, str]
    ) -> tuple[int, Any]:
        messages, method = self.world.messages, request.method
        if rest == "Messages":
            if method != "GET":
                raise ApiError(20004)
            return 200, messages.page(account, query)
        sid, _, sub = rest.removeprefix("Messages/").partition("/")
        message = messages.find(account, sid, request.path)
        if sub == "Media" and method == "GET":
            return 200, {
                "media_list": [],
                "page": 0,
                "page_size": 50,
                "uri": request.path,
                "next_page_uri": None,
            }
        if sub:
            raise ApiError(20404, request.path)
        if method == "GET":
            return 200, messages.view(message)
        if method == "POST":
            return 200, messages.update(message, dict(_form(request)))
        if method == "DELETE":
            messages.delete(message)
            return 204, None
        raise ApiError(20004)

    def _v1(self, request: Request, account: Account) -> tuple[int, Any]:
        carrier, method, path = self.world.carrier, request.method, request.path
        base = f"http://{request.headers.get('host', '')}"
        if path == "/v1/Consents/Bulk" and method == "POST":
            if carrier.behaviour.consents_error:
                raise ApiError(carrier.behaviour.consents_error, path)
            return 201, resources.consents(carrier, account, _form(request))
        if path == "/v1/Contacts/Bulk" and method == "POST":
            return 201, resources.contacts(carrier, account, _form(request))
        if path == "/v1/Services":
            if method == "POST":
                return 201, resources.create_service(carrier, account, dict(_form(request)), base)
            return 200, resources.services(carrier, account, base)
        match = re.fullmatch(r"/v1/Services/(MG[0-9a-zA-Z]{32})(/PhoneNumbers)?", path)
        if match is None:
            raise ApiError(20404, path)
        service = resources.find_service(carrier, account, match.group(1), path)
        if not match.group(2):
            return 200, resources.service_view(service, base)
        if method == "POST":
            return 201, resources.add_member(carrier, service, dict(_form(request)), base)
        return 200, resources.service_numbers(carrier, service, base)

    # -- control ------------------------------------------------------------------------------------------------

    def _control(self, request: Request) -> None:
        query = dict(pairs_of(request.query))
        name = request.path.removeprefix("/sim/")
        try:
            _same_origin(request)
            if name == "log" and request.method == "GET":
                request.connection.answer(200, log_lines(self.world, query), "application/x-ndjson")
                return
            answer = self.control.run(request.method, name, query, _json(request))
        except BadRequest as error:
            _answer_json(request.connection, 400, {"error": str(error)})
        except KeyError as error:
            _answer_json(request.connection, 404, {"error": f"nothing here: {error}"})
        else:
            _answer_json(request.connection, 200, answer)

    async def _inbound(self, request: Request) -> None:
        try:
            _same_origin(request)
            answer = await self.control.receive(_json(request))
        except BadRequest as error:
            _answer_json(request.connection, 400, {"error": str(error)})
        except Exception:
            logger.exception("an inbound text failed")
            _answer_json(request.connection, 500, {"error": "the carrier failed; its log says why"})
        else:
            _answer_json(request.connection, 200, answer)


def _same_origin(request: Request) -> None:
    """Another site's page must not steer the carrier through a visitor's browser."""
    origin = request.headers.get("origin")
    if origin and request.method != "GET" and origin.partition("://")[2] != request.headers.get("host"):
        raise BadRequest("requests from other sites are refused")


def _answer_json(connection: Connection, status: int, answer: Any) -> None:
    connection.answer(status, json.dumps(answer).encode() + b"\n")


def _json(request: Request) -> Any:
    if not request.body:
        return {}
    try:
        return json.loads(request.body)
    except ValueError as error:
        raise BadRequest("the body is not JSON") from error


def _form(request: Request) -> list[tuple[str, str]]:
    return pairs_of(request.body.decode("utf-8", "replace"))
