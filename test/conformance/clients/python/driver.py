"""Runs boto3 calls that come as lines of JSON, each in a thread of its own, and tells how each ended.

In:  {"id": 1, "service": "sqs", "operation": "list_queues", "params": {}, "config": {}, "events": 2}
Out: {"id": 1, "result": {...}} or {"id": 1, "error": {"type", "text", "code", "message", "status"}}, with "problems" of every
answer on the way by botocore's model. `operation` is a method of the client, `paginate:NAME`, `wait:NAME`, `operations:` for
the names of all, or `sample:NAME` for a call with whatever fits; bytes travel as {"$bytes": base64}. With `events`, that many
events of the answer's event stream are read.
"""

import base64
import json
import sys
import threading
from datetime import datetime, timezone

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from samples import sample
from shapes import problems_of

endpoint = sys.argv[1]
lock = threading.Lock()
local = threading.local()
session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
clients = {}


# Found by threads that boto3 started itself, as its transfer manager does; the next reply tells them.
strays = []


def inspect(response_dict, operation_model, **_):
    found = problems_of(operation_model, response_dict)
    problems = getattr(local, "problems", strays)
    problems.extend(f"{operation_model.name} {problem}" for problem in found)
    local.status = response_dict["status_code"]


def client_for(service, config):
    key = (service, json.dumps(config, sort_keys=True))
    with lock:
        if key not in clients:
            settings = Config(retries={"total_max_attempts": 1}, inject_host_prefix=False, **config)
            clients[key] = session.client(service, endpoint_url=endpoint, config=settings)
            clients[key].meta.events.register("before-parse.*.*", inspect)
        return clients[key]


def decode(value):
    if isinstance(value, dict):
        if set(value) == {"$bytes"}:
            return base64.b64decode(value["$bytes"])
        return {key: decode(item) for key, item in value.items()}
    return [decode(item) for item in value] if isinstance(value, list) else value


def encode(value):
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    if isinstance(value, (bytes, bytearray)):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat(timespec="milliseconds")
    if hasattr(value, "read"):
        content = value.read()
        return content.decode(errors="replace") if isinstance(content, bytes) else content
    return value


def run(request):
    client = client_for(request["service"], request.get("config", {}))
    params = decode(request.get("params", {}))
    kind, _, name = request["operation"].rpartition(":")
    if kind == "paginate":
        return [page for page in client.get_paginator(name).paginate(**params)]
    if kind == "operations":
        return client.meta.service_model.operation_names
    if kind == "sample":
        shape = client.meta.service_model.operation_model(name).input_shape
        params = sample(shape) if shape is not None else {}
        name = xform_name(name)
    if kind == "wait":
        return client.get_waiter(name).wait(**params)
    result = getattr(client, name)(**params)
    if "events" in request:
        stream = next(value for value in result.values() if hasattr(value, "close") and hasattr(value, "__iter__"))
        events = []
        for event in stream:
            # What the service sends to keep the line alive is no event of the test.
            if event.get("sessionUpdate", {}).get("sessionResults") == []:
                continue
            events.append(event)
            if len(events) == request["events"]:
                break
        stream.close()
        return events
    return result


def serve(request):
    local.problems = []
    local.status = None
    reply = {"id": request["id"]}
    try:
        reply["result"] = encode(run(request))
    except ClientError as error:
        answer = error.response
        reply["error"] = {
            "type": type(error).__name__,
            "text": str(error),
            "code": answer["Error"]["Code"],
            "message": answer["Error"].get("Message"),
            "members": encode({k: v for k, v in answer.items() if k not in ("Error", "ResponseMetadata")}),
        }
    except Exception as error:  # whatever it is, the test must hear of it
        reply["error"] = {"type": type(error).__name__, "text": str(error)}
    reply["status"] = local.status
    with lock:
        reply["problems"] = local.problems + strays
        strays.clear()
        print(json.dumps(reply), flush=True)


for line in sys.stdin:
    threading.Thread(target=serve, args=(json.loads(line),), daemon=True).start()
