"""Makes a request for any operation out of botocore's model: the required members, with values that fit their shapes."""

NAMES = {"Bucket": "bucket", "Key": "key", "FunctionName": "function", "TableName": "table"}


def sample(shape, name=""):
    kind = shape.type_name
    if kind == "structure":
        members = shape.required_members
        if getattr(shape, "is_tagged_union", False):
            members = list(shape.members)[:1]
        return {member: sample(shape.members[member], member) for member in members}
    if kind == "list":
        return [sample(shape.member)]
    if kind == "map":
        return {sample(shape.key): sample(shape.value)}
    if kind in ("integer", "long", "float", "double"):
        return max(1, int(shape.metadata.get("min", 1)))
    if kind == "boolean":
        return True
    if kind == "timestamp":
        return 0
    if kind == "blob":
        return b"{}"
    if getattr(shape, "enum", None):
        return shape.enum[0]
    text = NAMES.get(name, "x")
    return text.ljust(int(shape.metadata.get("min", 0)), "x")
