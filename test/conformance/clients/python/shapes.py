"""Judges an answer on the wire by botocore's model: unknown, mistyped, null and missing members are problems."""

import base64
import binascii
import json
import re
import xml.etree.ElementTree as ElementTree
from email.utils import parsedate_to_datetime

# What any operation may answer, in the codes that clients see; the models do not list them.
COMMON = {
    "AccessDenied",
    "AuthorizationQueryParametersError",
    "InternalFailure",
    "InvalidAction",
    "MissingParameter",
    "MissingRequiredParameterException",
    "SerializationException",
    "UnknownOperationException",
    "ValidationException",
}
# Of SQS, which its model does not list, in JSON and in the older query protocol.
SQS = {"InvalidParameterValue", "InvalidParameterValueException"}
# S3's model lists only a few errors; these are of its page of error codes.
S3 = {
    "BadDigest",
    "BucketNotEmpty",
    "EntityTooSmall",
    "IncompleteBody",
    "InvalidArgument",
    "InvalidBucketName",
    "InvalidDigest",
    "InvalidPart",
    "InvalidPartOrder",
    "InvalidRange",
    "InvalidRequest",
    "MalformedXML",
    "MethodNotAllowed",
    "NoSuchBucket",
    "NoSuchKey",
    "NoSuchUpload",
    "NotImplemented",
    "PreconditionFailed",
}
# As the query protocol spells it, in the list of errors common to all actions.
QUERY = {"ValidationError"}
OF_SERVICE = {"s3": S3, "sqs": SQS, "cloudwatch": QUERY, "sts": QUERY}
ISO = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")


def protocol_of(model):
    """The one that is spoken: newer models name several."""
    service = model.service_model
    return getattr(service, "resolved_protocol", None) or service.metadata["protocol"]


def problems_of(model, response):
    """Returns what is wrong with a response, as `path: problem`; nothing when it is as the model says."""
    found = []
    protocol = protocol_of(model)
    headers = {name.lower(): value for name, value in response["headers"].items()}
    if not any(name in headers for name in ("x-amzn-requestid", "x-amz-request-id")):
        found.append("headers: no request id")
    if response["status_code"] >= 300:
        _error(model, protocol, response, headers, found)
    elif model.output_shape is not None:
        _success(model, protocol, response, headers, found)
    elif response["body"] not in (b"", b"{}") and protocol in ("json", "rest-json"):
        found.append("body: the operation answers nothing")
    return found


def _success(model, protocol, response, headers, found):
    shape = model.output_shape
    if protocol.startswith("rest"):
        _status(model, shape, response["status_code"], found)
        for name, member in shape.members.items():
            where = member.serialization.get("location")
            key = member.serialization.get("name", name).lower()
            if where == "header" and key in headers:
                _text(member, headers[key], f"header {key}", found, header=True)
    payload = shape.serialization.get("payload")
    if payload is not None:
        shape = shape.members[payload]
        if shape.type_name in ("blob", "string"):
            return
    body = response["body"]
    if model.has_event_stream_output:
        return
    if protocol in ("json", "rest-json"):
        _json_body(shape, body, headers, found, f"x-amz-json-{model.service_model.metadata.get('jsonVersion')}")
    elif body:
        _xml_body(model, shape, body, found)


def _status(model, shape, status, found):
    expected = model.http.get("responseCode", 200)
    # Where the status is a member of the answer, or S3's own, the documentation alone says which.
    free = any(m.serialization.get("location") == "statusCode" for m in shape.members.values())
    if status != expected and not free and model.service_model.service_name != "s3":
        found.append(f"status: {status}, not {expected}")


def _json_body(shape, body, headers, found, version):
    if not body:
        members = [m for m in shape.members.values() if "location" not in m.serialization]
        if members:
            found.append("body: empty")
        return
    expected = "application/json" if version.endswith("None") else f"application/{version}"
    if headers.get("content-type") != expected:
        found.append(f"content-type: {headers.get('content-type')}, not {expected}")
    try:
        value = json.loads(body)
    except ValueError:
        found.append("body: no JSON")
        return
    _json(shape, value, "", found)


def _json(shape, value, path, found):
    kind = shape.type_name
    if value is None:
        found.append(f"{path}: null")
    elif kind == "structure":
        _json_structure(shape, value, path, found)
    elif kind == "list":
        if not isinstance(value, list):
            found.append(f"{path}: no list")
        else:
            for index, item in enumerate(value):
                _json(shape.member, item, f"{path}[{index}]", found)
    elif kind == "map":
        if not isinstance(value, dict):
            found.append(f"{path}: no map")
        else:
            for key, item in value.items():
                _json(shape.value, item, f"{path}.{key}", found)
    elif kind in ("integer", "long"):
        if not isinstance(value, int) or isinstance(value, bool):
            found.append(f"{path}: {value!r} is no {kind}")
    elif kind in ("float", "double"):
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            found.append(f"{path}: {value!r} is no {kind}")
    elif kind == "boolean":
        if not isinstance(value, bool):
            found.append(f"{path}: {value!r} is no boolean")
    elif kind == "timestamp":
        form = shape.serialization.get("timestampFormat", "unixTimestamp")
        right = isinstance(value, (int, float)) if form == "unixTimestamp" else isinstance(value, str)
        if not right or isinstance(value, bool):
            found.append(f"{path}: {value!r} is no {form}")
    elif not isinstance(value, str):
        found.append(f"{path}: {value!r} is no {kind}")
    else:
        _text(shape, value, path, found)


def _json_structure(shape, value, path, found):
    if not isinstance(value, dict):
        found.append(f"{path}: no structure")
        return
    if getattr(shape, "is_document_type", False):
        return
    known = {m.serialization.get("name", n): m for n, m in shape.members.items() if "location" not in m.serialization}
    for key, item in value.items():
        if key in known:
            _json(known[key], item, f"{path}.{key}", found)
        else:
            found.append(f"{path}.{key}: unknown")
    _required(shape, value, path, found)


def _required(shape, present, path, found):
    for name in shape.required_members:
        member = shape.members[name]
        if "location" not in member.serialization and member.serialization.get("name", name) not in present:
            found.append(f"{path}.{name}: missing")


def _text(shape, text, path, found, header=False):
    """A value that travels as text: in a header, in XML, or a string or blob in JSON."""
    kind = shape.type_name
    enum = getattr(shape, "enum", [])
    if enum and text not in enum:
        found.append(f"{path}: {text!r} is none of the enumeration")
    elif kind in ("integer", "long") and not re.fullmatch(r"-?\d+", text):
        found.append(f"{path}: {text!r} is no {kind}")
    elif kind == "boolean" and text not in ("true", "false"):
        found.append(f"{path}: {text!r} is no boolean")
    elif kind == "timestamp":
        _timestamp(shape, text, path, found, "rfc822" if header else "iso8601")
    elif kind == "blob":
        try:
            base64.b64decode(text, validate=True)
        except binascii.Error:
            found.append(f"{path}: no base64")


def _timestamp(shape, text, path, found, default):
    form = shape.serialization.get("timestampFormat", default)
    if form == "iso8601" and not ISO.match(text):
        found.append(f"{path}: {text!r} is no ISO 8601")
    if form == "rfc822":
        try:
            parsedate_to_datetime(text)
        except (TypeError, ValueError):
            found.append(f"{path}: {text!r} is no RFC 822 date")


def _xml_body(model, shape, body, found):
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        found.append(f"body: no XML ({error})")
        return
    wrapper = shape.serialization.get("resultWrapper")
    if protocol_of(model) == "query":
        if _name(root) != f"{model.name}Response":
            found.append(f"body: {_name(root)} is no {model.name}Response")
        if root.find("{*}ResponseMetadata/{*}RequestId") is None:
            found.append("body: no ResponseMetadata")
        if wrapper is None:
            return
        root = root.find(f"{{*}}{wrapper}")
        if root is None:
            found.append(f"body: no {wrapper}")
            return
    _xml(shape, root, "", found)


def _name(element):
    return element.tag.rpartition("}")[2]


def _xml(shape, element, path, found):
    if shape.type_name == "structure":
        _xml_structure(shape, element, path, found)
    elif shape.type_name == "list":
        wanted = shape.member.serialization.get("name", "member")
        for index, item in enumerate(element):
            if _name(item) != wanted:
                found.append(f"{path}.{_name(item)}: no {wanted}")
            else:
                _xml(shape.member, item, f"{path}[{index}]", found)
    elif shape.type_name == "map":
        for entry in element:
            _xml_entry(shape, entry, path, found)
    elif len(element) > 0:
        found.append(f"{path}: elements where {shape.type_name} should be")
    else:
        _text(shape, element.text or "", path, found)


def _xml_entry(shape, entry, path, found):
    for name, part in ((shape.key.serialization.get("name", "key"), shape.key), (shape.value.serialization.get("name", "value"), shape.value)):
        element = entry.find(f"{{*}}{name}")
        if element is None:
            found.append(f"{path}: an entry without {name}")
        else:
            _xml(part, element, f"{path}.{name}", found)


def _xml_structure(shape, element, path, found):
    known = {}
    for name, member in shape.members.items():
        if "location" in member.serialization:
            continue
        known[_xml_name(name, member)] = member
    present = set()
    for child in element:
        name = _name(child)
        member = known.get(name)
        here = f"{path}.{name}"
        if member is None:
            found.append(f"{here}: unknown")
            continue
        flat = member.serialization.get("flattened")
        if name in present and not flat:
            found.append(f"{here}: twice")
        present.add(name)
        if flat and member.type_name == "list":
            _xml(member.member, child, here, found)
        elif flat and member.type_name == "map":
            _xml_entry(member, child, here, found)
        else:
            _xml(member, child, here, found)
    for name in shape.required_members:
        member = shape.members[name]
        if "location" not in member.serialization and _xml_name(name, member) not in present:
            found.append(f"{path}.{name}: missing")


def _xml_name(name, member):
    if member.type_name == "list" and member.serialization.get("flattened"):
        return member.serialization.get("name") or member.member.serialization.get("name") or name
    return member.serialization.get("name", name)


def _error(model, protocol, response, headers, found):
    body = response["body"]
    if not body:
        if protocol != "rest-xml":
            found.append("body: an error without one")
        return
    if protocol in ("json", "rest-json"):
        try:
            value = json.loads(body)
        except ValueError:
            found.append("body: an error that is no JSON")
            return
        code = headers.get("x-amzn-errortype") or value.get("__type", "")
        code = code.split(":")[0].rpartition("#")[2]
    else:
        try:
            root = ElementTree.fromstring(body)
        except ElementTree.ParseError:
            found.append("body: an error that is no XML")
            return
        error = root if _name(root) == "Error" else root.find("{*}Error")
        code = error.findtext("{*}Code") if error is not None else None
        value = None
    _error_code(model, code, response["status_code"], value, found)


def _error_code(model, code, status, value, found):
    for shape in model.error_shapes:
        traits = shape.metadata.get("error", {})
        if code not in (shape.name, traits.get("code")):
            continue
        expected = traits.get("httpStatusCode")
        if expected is not None and expected != status:
            found.append(f"status: {status} for {code}, not {expected}")
        if value is not None:
            _json_structure(shape, {k: v for k, v in value.items() if k != "__type" and k.lower() != "message"}, "", found)
        return
    if code not in COMMON | OF_SERVICE.get(model.service_model.service_name, set()):
        found.append(f"error: {code} is none of {model.name}'s")
