import { AwsError } from "../../context.ts";
import { readArchive } from "../archive.ts";
import { describeFunction, readArchitecture, readConfiguration } from "../configuration.ts";
import { parseFunctionName } from "../function-name.ts";
import { invalidParameter, optionalObject, optionalText, optionalTextMap, requiredText } from "../input.ts";
import type { RestAction } from "../rest.ts";
import { refuseVersions } from "../unoffered.ts";
import type { ActionDeps } from "./deps.ts";

export const createFunction =
  ({ ctx, host, code, objects }: ActionDeps): RestAction =>
  async (request) => {
    const input = request.json();
    const name = parseFunctionName(ctx, requiredText(input, "FunctionName"));
    requiredText(input, "Role");
    refuseVersions(input);
    const configuration = { ...readConfiguration(input), ...readArchitecture(input) };
    const handler = optionalText(input, "Handler");
    if (handler === undefined || configuration.runtime === undefined) {
      throw invalidParameter(
        "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
      );
    }
    const archive = await readArchive(optionalObject(input, "Code") ?? {}, objects);
    if (host.has(name)) {
      throw new AwsError("ResourceConflictException", `Function already exist: ${name}`, {
        status: 409,
        members: { Type: "User" },
      });
    }
    const tags = optionalTextMap(input, "Tags") ?? {};
    const unpacked = code.unpack(name, archive);
    const definition = { ...configuration, name, handler, tags, codeDir: unpacked.codeDir };
    const record = host.define(definition, { code: unpacked.code, owned: true });
    code.save(record);
    return { status: 201, body: describeFunction(record) };
  };
