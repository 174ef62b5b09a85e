import { describeFunction, readArchitecture } from "../configuration.ts";
import { missingFunction, parseFunctionName } from "../function-name.ts";
import { optionalBoolean } from "../input.ts";
import type { RestAction } from "../rest.ts";
import { checkRevision } from "../revision.ts";
import { refuseVersions } from "../unoffered.ts";
import { readZipFile } from "../zip-file.ts";
import type { ActionDeps } from "./deps.ts";

export const updateFunctionCode =
  ({ ctx, host, code }: ActionDeps): RestAction =>
  (request) => {
    const input = request.json();
    const name = parseFunctionName(ctx, request.params["name"] ?? "");
    const before = host.get(name);
    if (!before) throw missingFunction(ctx, name);
    refuseVersions(input);
    checkRevision(before, input);
    const architecture = readArchitecture(input);
    const unpacked = code.unpack(name, readZipFile(input));
    if (optionalBoolean(input, "DryRun")) {
      return {
        status: 200,
        body: { ...describeFunction(before), CodeSha256: unpacked.code.sha256, CodeSize: unpacked.code.size },
      };
    }
    const record = host.update(name, { codeDir: unpacked.codeDir, ...architecture }, unpacked.code);
    if (record.owned) code.save(record);
    return { status: 200, body: describeFunction(record) };
  };
