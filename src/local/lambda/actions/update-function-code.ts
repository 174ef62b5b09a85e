import { describeFunction } from "../configuration.ts";
import { parseFunctionName } from "../function-name.ts";
import { missingFunction } from "../host.ts";
import { optionalBoolean } from "../input.ts";
import type { RestAction } from "../rest.ts";
import { readZipFile } from "../zip-file.ts";
import type { ActionDeps } from "./deps.ts";

export const updateFunctionCode =
  ({ ctx, host, code }: ActionDeps): RestAction =>
  (request) => {
    const input = request.json();
    const name = parseFunctionName(request.params["name"] ?? "");
    const before = host.get(name);
    if (!before) throw missingFunction(ctx, name);
    const unpacked = code.unpack(name, readZipFile(input));
    if (optionalBoolean(input, "DryRun")) {
      return {
        status: 200,
        body: { ...describeFunction(before), CodeSha256: unpacked.code.sha256, CodeSize: unpacked.code.size },
      };
    }
    const record = host.update(name, { codeDir: unpacked.codeDir }, unpacked.code);
    if (record.owned) code.save({ definition: record.definition, code: unpacked.code });
    return { status: 200, body: describeFunction(record) };
  };
