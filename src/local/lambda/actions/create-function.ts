import { AwsError } from "../../context.ts";
import { describeFunction, readConfiguration } from "../configuration.ts";
import { parseFunctionName } from "../function-name.ts";
import { optionalObject, requiredText } from "../input.ts";
import type { RestAction } from "../rest.ts";
import { readZipFile } from "../zip-file.ts";
import type { ActionDeps } from "./deps.ts";

export const createFunction =
  ({ host, code }: ActionDeps): RestAction =>
  (request) => {
    const input = request.json();
    const name = parseFunctionName(requiredText(input, "FunctionName"));
    requiredText(input, "Role");
    const handler = requiredText(input, "Handler");
    if (host.has(name)) {
      throw new AwsError("ResourceConflictException", `Function already exist: ${name}`, {
        status: 409,
        members: { Type: "User" },
      });
    }
    const configuration = readConfiguration(input);
    const unpacked = code.unpack(name, readZipFile(optionalObject(input, "Code") ?? {}));
    const definition = { ...configuration, name, handler, codeDir: unpacked.codeDir };
    const record = host.define(definition, { code: unpacked.code, owned: true });
    code.save({ definition, code: unpacked.code });
    return { status: 201, body: describeFunction(record) };
  };
