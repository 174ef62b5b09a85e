import { readArchive } from "../archive.ts";
import { describeFunction, readArchitecture } from "../configuration.ts";
import { missingFunction, parseFunctionName } from "../function-name.ts";
import { optionalBoolean } from "../input.ts";
import type { RestAction } from "../rest.ts";
import { checkRevision } from "../revision.ts";
import { refuseVersions } from "../unoffered.ts";
import type { ActionDeps } from "./deps.ts";

export const updateFunctionCode =
  ({ ctx, host, code, objects }: ActionDeps): RestAction =>
  async (request) => {
    const input = request.json();
    const name = parseFunctionName(ctx, request.params["name"] ?? "");
    if (!host.has(name)) throw missingFunction(ctx, name);
    refuseVersions(input);
    const archive = await readArchive(input, objects);
    // It may have gone while its code came.
    const before = host.get(name);
    if (!before) throw missingFunction(ctx, name);
    checkRevision(before, input);
    const architecture = readArchitecture(input);
    const unpacked = code.unpack(name, archive);
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
