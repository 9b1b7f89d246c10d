"""An event in, the function's calls out: each kind of trigger that a function can have."""

import asyncio
import base64
import dataclasses
import datetime
import decimal
import enum
import json
import uuid
from typing import Annotated, Any, Literal, NewType, Optional, TypedDict

import pydantic
import pytest

import entries  # noqa: F401  puts the modules on the path
from klo_runtime.convert import Call, Message, MessageError
from klo_runtime.events import (
    event_of,
    lambda_handler,
    load,
    program_handler,
    run_handler_once,
    run_once,
)


class Calls(list):
    """Remembers what a function was called with."""

    def __call__(self, *values: Any) -> None:
        self.append(values[0] if len(values) == 1 else values)


@pytest.fixture
def calls() -> Calls:
    return Calls()


def queue_event(*bodies: Any, fifo: bool = False, groups: tuple[str, ...] = ()) -> dict:
    arn = "arn:aws:sqs:eu-west-1:123456789012:orders" + (".fifo" if fifo else "")
    records = []
    for index, body in enumerate(bodies):
        attributes = {"MessageGroupId": groups[index]} if groups else {}
        records.append(
            {
                "messageId": f"m{index}",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": attributes,
                "eventSource": "aws:sqs",
                "eventSourceARN": arn,
            }
        )
    return {"Records": records}


def failures(answer: dict) -> list[str]:
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]


# Queues


def test_each_message_is_one_call(calls):
    handler = lambda_handler(lambda message: calls(message), ("queue",))
    answer = handler(queue_event({"id": 1}, "plain text", "[1, 2]"), None)
    assert calls == [{"id": 1}, "plain text", [1, 2]]
    assert failures(answer) == []


def test_what_failed_goes_back_and_the_rest_is_done(calls):
    def work(order: dict) -> None:
        if order["id"] == 2:
            raise ValueError("no")
        calls(order["id"])

    answer = lambda_handler(work, ("queue",))(queue_event({"id": 1}, {"id": 2}, {"id": 3}), None)
    assert calls == [1, 3]
    assert failures(answer) == ["m1"]


def test_no_message_of_a_fifo_group_overtakes_one_that_failed(calls):
    def work(order: dict) -> None:
        calls(order["id"])
        if order["id"] == 1:
            raise ValueError("no")

    event = queue_event(
        {"id": 1}, {"id": 2}, {"id": 3}, fifo=True, groups=("red", "blue", "red")
    )
    answer = lambda_handler(work, ("queue",))(event, None)
    assert calls == [1, 2]
    assert failures(answer) == ["m0", "m2"]


def test_groups_of_a_standard_queue_do_not_hold_each_other_up(calls):
    def work(order: dict) -> None:
        calls(order["id"])
        raise ValueError("no")

    event = queue_event({"id": 1}, {"id": 2}, groups=("red", "red"))
    assert failures(lambda_handler(work, ("queue",))(event, None)) == ["m0", "m1"]
    assert calls == [1, 2]


def test_a_message_that_does_not_fit_fails_alone(calls):
    def work(order_id: int, note: str) -> None:
        calls(order_id, note)

    event = queue_event({"order_id": 1}, {"order_id": "2", "note": "x", "more": 1}, "[]")
    assert failures(lambda_handler(work, ("queue",))(event, None)) == ["m0", "m2"]
    assert calls == [(2, "x")]


def test_coroutines_share_one_loop(calls):
    async def work(message: dict) -> None:
        await asyncio.sleep(0)
        calls(asyncio.get_running_loop())

    answer = lambda_handler(work, ("queue",))(queue_event({}, {}), None)
    assert failures(answer) == []
    assert calls[0] is calls[1]


def test_a_message_that_looks_like_another_trigger_is_left_alone(calls):
    envelope = {"Type": "Notification", "TopicArn": "arn", "Message": "inner"}
    lambda_handler(lambda m: calls(m), ("queue",))(queue_event(envelope), None)
    lambda_handler(lambda m: calls(m), ("queue", "topic"))(queue_event(envelope), None)
    assert calls == [envelope, "inner"]


# Topics


def topic_event(message: Any) -> dict:
    text = message if isinstance(message, str) else json.dumps(message)
    record = {"EventSource": "aws:sns", "Sns": {"MessageId": "s1", "Message": text}}
    return {"Records": [record]}


def test_a_topic_message(calls):
    handler = lambda_handler(lambda message: calls(message), ("topic",))
    handler(topic_event({"id": 1}), None)
    handler(topic_event("hello"), None)
    assert calls == [{"id": 1}, "hello"]


def test_a_topic_message_that_fails_fails_the_event():
    def work(message: dict) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        lambda_handler(work, ("topic",))(topic_event({}), None)


# Buckets

OBJECT = {
    "eventSource": "aws:s3",
    "eventName": "ObjectCreated:Put",
    "eventTime": "2026-01-02T03:04:05.000Z",
    "s3": {
        "bucket": {"name": "receipts"},
        "object": {"key": "a+b/%C3%A9.html", "size": 12, "eTag": "e"},
    },
}
TEST_EVENT = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "receipts"}


@pytest.mark.parametrize(
    "event",
    [
        {"Records": [OBJECT]},
        queue_event({"Records": [OBJECT]}),
        topic_event({"Records": [OBJECT]}),
    ],
    ids=["directly", "through a queue", "through a topic"],
)
def test_an_object_of_a_bucket(calls, event):
    def work(bucket: str, key: str) -> None:
        calls(bucket, key)

    lambda_handler(work, ("bucket",))(event, None)
    assert calls == [("receipts", "a b/é.html")]


def test_an_object_as_text_is_its_key(calls):
    def work(key: str) -> None:
        calls(key)

    lambda_handler(work, ("bucket",))({"Records": [OBJECT]}, None)
    assert calls == ["a b/é.html"]


def test_the_event_that_only_tests_a_notification(calls):
    handler = lambda_handler(lambda message: calls(message), ("bucket",))
    assert handler(TEST_EVENT, None) is None
    assert failures(handler(queue_event(TEST_EVENT), None)) == []
    assert calls == []


# Tables

CHANGE = {
    "eventSource": "aws:dynamodb",
    "eventName": "MODIFY",
    "dynamodb": {
        "SequenceNumber": "100",
        "Keys": {"id": {"S": "o1"}},
        "NewImage": {
            "id": {"S": "o1"},
            "total": {"N": "12.50"},
            "count": {"N": "3"},
            "tags": {"SS": ["a"]},
            "lines": {"L": [{"M": {"sku": {"S": "x"}, "gone": {"NULL": True}}}]},
            "photo": {"B": base64.b64encode(b"\xff").decode()},
            "paid": {"BOOL": True},
        },
        "OldImage": {"id": {"S": "o1"}},
    },
}


def change(number: str) -> dict:
    return {**CHANGE, "dynamodb": {**CHANGE["dynamodb"], "SequenceNumber": number}}


@pytest.mark.parametrize(
    "event",
    [{"Records": [CHANGE]}, queue_event(CHANGE), queue_event([CHANGE])],
    ids=["stream", "pipe", "pipe in batches"],
)
def test_a_change_of_a_table(calls, event):
    def work(event: str, new: dict, old: dict) -> None:
        calls(event, new, old)

    lambda_handler(work, ("table",))(event, None)
    assert calls == [
        (
            "MODIFY",
            {
                "id": "o1",
                "total": decimal.Decimal("12.50"),
                "count": 3,
                "tags": {"a"},
                "lines": [{"sku": "x", "gone": None}],
                "photo": b"\xff",
                "paid": True,
            },
            {"id": "o1"},
        )
    ]


def test_a_change_as_a_model_is_the_item(calls):
    @dataclasses.dataclass
    class Order:
        id: str
        total: decimal.Decimal

    lambda_handler(_typed(calls, Order), ("table",))({"Records": [CHANGE]}, None)
    assert calls == [Order("o1", decimal.Decimal("12.50"))]


def _typed(calls: Calls, kind: Any) -> Any:
    def work(order):
        calls(order)

    work.__annotations__ = {"order": kind}
    return work


def test_after_a_change_that_failed_the_rest_comes_again(calls):
    def work(change: dict) -> None:
        calls(1)
        if len(calls) == 2:
            raise ValueError("no")

    event = {"Records": [change("1"), change("2"), change("3")]}
    assert failures(lambda_handler(work, ("table",))(event, None)) == ["2"]
    assert calls == [1, 1]


# Schedules, and callers' own events


@pytest.mark.parametrize(
    "event",
    [
        {},
        None,
        {"source": "aws.scheduler", "detail-type": "Scheduled Event", "detail": {}},
        {"source": "aws.events", "detail-type": "Scheduled Event"},
    ],
)
def test_a_schedule_gives_no_arguments(calls, event):
    def work(day: Optional[str] = None) -> None:
        calls(day)

    lambda_handler(work, ("schedule",))(event, None)
    assert calls == [None]


def test_a_caller_gives_and_gets_json():
    def add(a: int, b: int = 2) -> dict:
        return {"sum": decimal.Decimal(a + b)}

    assert lambda_handler(add, ())({"a": 1}, None) == {"sum": 3}
    assert lambda_handler(lambda: "done", ())({"ignored": 1}, None) == "done"


# HTTP


def http_event(method: str = "POST", body: Any = None, **more: Any) -> dict:
    return {
        "version": "2.0",
        "rawPath": "/orders/7",
        "headers": {"Content-Type": "application/json"},
        "requestContext": {"http": {"method": method, "path": "/orders/7"}},
        "body": body if body is None or isinstance(body, str) else json.dumps(body),
        "isBase64Encoded": False,
        **more,
    }


def test_a_request_as_a_dict():
    def work(request: dict) -> dict:
        return request

    answer = lambda_handler(work, ("http",))(http_event(body={"a": 1}), None)
    assert answer["statusCode"] == 200
    assert answer["headers"] == {"content-type": "application/json"}
    assert json.loads(answer["body"]) == {
        "method": "POST",
        "path": "/orders/7",
        "headers": {"content-type": "application/json"},
        "query": {},
        "path_parameters": {},
        "cookies": [],
        "body": {"a": 1},
    }


def test_a_request_by_its_values():
    def work(order_id: int, note: str, verbose: bool = False) -> list:
        return [order_id, note, verbose]

    event = http_event(body={"note": "x"}, pathParameters={"order_id": "7"})
    assert json.loads(lambda_handler(work, ("http",))(event, None)["body"]) == [7, "x", False]


def test_a_request_by_its_one_value():
    def day_of(day: str = "monday") -> str:
        return day

    def answer(**more: Any) -> str:
        handler = lambda_handler(day_of, ("http",))
        return json.loads(handler(http_event("GET", **more), None)["body"])

    assert answer(queryStringParameters={"day": "friday"}) == "friday"
    assert answer() == "monday"
    assert json.loads(
        lambda_handler(lambda body: body, ("http",))(http_event(body=[1]), None)["body"]
    ) == [1]


def test_a_request_of_rest_apis_and_load_balancers():
    def work(request: dict) -> list:
        return [request["method"], request["path"], request["body"]]

    event = {
        "httpMethod": "PUT",
        "path": "/x",
        "requestContext": {"elb": {}},
        "headers": None,
        "body": base64.b64encode(b"hello").decode(),
        "isBase64Encoded": True,
    }
    answer = lambda_handler(work, ("http",))(event, None)
    assert json.loads(answer["body"]) == ["PUT", "/x", "hello"]
    assert answer["isBase64Encoded"] is False


def test_results_of_requests():
    class Out(pydantic.BaseModel):
        at: datetime.date

    def handle(result: Any) -> dict:
        return lambda_handler(lambda request: result, ("http",))(http_event(), None)

    assert handle(None)["statusCode"] == 204
    assert handle({"statusCode": 302, "headers": {"location": "/"}})["statusCode"] == 302
    assert handle({"statusCode": 201, "body": {"a": 1}})["body"] == '{"a": 1}'
    assert handle([Out(at=datetime.date(2026, 1, 2))])["body"] == '[{"at": "2026-01-02"}]'


def test_a_request_that_does_not_fit_is_the_callers_mistake():
    class Order(pydantic.BaseModel):
        total: int

    handler = lambda_handler(_typed(Calls(), Order), ("http",))
    answer = handler(http_event(body={"total": "much"}), None)
    assert answer["statusCode"] == 400
    assert "total" in json.loads(answer["body"])["error"]


def test_an_error_of_the_function_is_not_the_callers_mistake():
    def work(request: dict) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        lambda_handler(work, ("http",))(http_event(), None)


# Parameters


class Colour(enum.Enum):
    RED = "red"


class Line(pydantic.BaseModel):
    sku: str
    quantity: int = 1


@dataclasses.dataclass
class Basket:
    owner: uuid.UUID
    lines: list[Line]
    colour: Optional[Colour] = None
    since: datetime.datetime | None = None


class Loose(TypedDict):
    a: int


OWNER = uuid.UUID(int=7)
OrderId = NewType("OrderId", int)

FITTING = [
    (dict, {"a": 1}, {"a": 1}),
    (dict[str, int], {"a": 1}, {"a": 1}),
    (Loose, {"a": 1}, {"a": 1}),
    (str, {"a": 1}, '{"a": 1}'),
    (bytes, "x", b'"x"'),
    (Any, [1], [1]),
    (list[int], ["1", 2], [1, 2]),
    (tuple[int, str], [1, "a"], (1, "a")),
    (set[str], ["a", "a"], {"a"}),
    (int, 5, 5),
    (int, {"value": "5"}, 5),
    (OrderId, "5", 5),
    (float, 5, 5.0),
    (bool, {"value": "true"}, True),
    (decimal.Decimal, 1.1, decimal.Decimal("1.1")),
    (datetime.datetime, "2026-01-02T03:04:05Z", datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)),
    (Optional[int], None, None),
    (int | str, "x", "x"),
    (Literal["a", "b"], "a", "a"),
    (Annotated[int, "positive"], 3, 3),
    (Colour, "red", Colour.RED),
    (Line, {"sku": "x"}, Line(sku="x")),
    (
        Basket,
        {"owner": str(OWNER), "lines": [{"sku": "x"}], "colour": "red", "unknown": 1},
        Basket(OWNER, [Line(sku="x")], Colour.RED),
    ),
]


@pytest.mark.parametrize("kind,given,expected", FITTING, ids=lambda value: str(value)[:40])
def test_a_message_as_the_type_that_the_parameter_states(kind, given, expected):
    calls = Calls()

    def work(value):
        calls(value)

    work.__annotations__ = {"value": kind}
    Call(work).with_message(Message.of(given))
    assert calls[0] == expected
    assert type(calls[0]) is type(expected)


@pytest.mark.parametrize(
    "kind,given",
    [
        (dict, [1]),
        (int, "x"),
        (int, 1.5),
        (int, True),
        (bool, 1),
        (list[int], {"a": 1}),
        (tuple[int, int], [1]),
        (Colour, "blue"),
        (Literal["a"], "b"),
        (Line, {"quantity": 1}),
        (Basket, {"owner": "x", "lines": []}),
        (Basket, {"lines": []}),
        (uuid.UUID, None),
        (int | None, "x"),
    ],
    ids=str,
)
def test_a_message_of_another_type_is_refused(kind, given):
    def work(value):
        raise AssertionError("called")

    work.__annotations__ = {"value": kind}
    with pytest.raises(MessageError):
        Call(work).with_message(Message.of(given))


def test_how_many_parameters_decides():
    message = Message.of({"a": 1, "b": 2})

    def given(function: Any) -> Any:
        return Call(function).with_message(message)

    assert given(lambda: "none") == "none"
    assert given(lambda whole: whole) == {"a": 1, "b": 2}
    assert given(lambda whole=None: whole) == {"a": 1, "b": 2}
    assert given(lambda a, b: (a, b)) == (1, 2)
    assert given(lambda a, b, c=3: (a, b, c)) == (1, 2, 3)
    assert given(lambda whole, c=3: (whole, c)) == ({"a": 1, "b": 2}, 3)
    assert given(lambda a, **rest: (a, rest)) == (1, {"b": 2})
    assert given(lambda a, /, b: (a, b)) == (1, 2)
    assert given(lambda a, *, b: (a, b)) == (1, 2)
    with pytest.raises(MessageError, match="no c"):
        given(lambda a, c: None)


def test_methods_and_callable_objects():
    class Worker:
        def handle(self, order: Line) -> str:
            return order.sku

        def __call__(self, order: Line) -> str:
            return order.sku

    message = Message.of({"sku": "x"})
    assert Call(Worker().handle).with_message(message) == "x"
    assert Call(Worker()).with_message(message) == "x"


def test_names_with_dots_are_found():
    assert load("json", "JSONDecoder.decode") is json.JSONDecoder.decode


# Jobs


def test_a_job_runs_once(calls, monkeypatch):
    def work(day: str = "today") -> None:
        calls(day)

    run_once(work)
    monkeypatch.setenv("KLO_EVENT", '{"day": "monday", "other": 1}')
    run_once(lambda day, other: calls(day))
    assert calls == ["today", "monday"]


def test_a_handler_as_a_job(calls, monkeypatch):
    run_handler_once(lambda event, context: calls(event))
    monkeypatch.setenv("KLO_EVENT", '{"day": "monday"}')
    run_handler_once(lambda event, context: calls(event))
    assert calls == [{}, {"day": "monday"}]


def test_a_program_runs_for_each_event(tmp_path, monkeypatch, capsys):
    (tmp_path / "nightly_program.py").write_text("if __name__ == '__main__': print('ran')")
    monkeypatch.syspath_prepend(tmp_path)
    handler = program_handler("nightly_program")
    handler({}, None)
    handler({}, None)
    assert capsys.readouterr().out == "ran\nran\n"


def test_a_handler_gets_the_event_that_a_queues_message_stands_for():
    notification = {"Type": "Notification", "TopicArn": "arn", "Message": "hello"}
    sns = event_of("m", json.dumps(notification), ("topic",))
    assert sns["Records"][0]["Sns"]["Message"] == "hello"
    assert event_of("m", json.dumps({"Records": [OBJECT]}), ("bucket",)) == {"Records": [OBJECT]}
    assert event_of("m", json.dumps([CHANGE]), ("table",)) == {"Records": [CHANGE]}
    plain = event_of("m", "text", ("queue",))["Records"][0]
    assert (plain["messageId"], plain["body"], plain["eventSource"]) == ("m", "text", "aws:sqs")
