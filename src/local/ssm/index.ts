import { AwsError, type LocalContext } from "../context.ts";
import type { Service } from "../exchange.ts";
import { type JsonAction, serveJson } from "../wire/json.ts";
import { type Input, readInput } from "./input.ts";
import { parseReference } from "./names.ts";
import { putParameter } from "./put-parameter.ts";
import {
  checkNames,
  describeParameters,
  getParameter,
  getParameterHistory,
  getParameters,
  getParametersByPath,
} from "./read-parameters.ts";
import { createParameterStore, type ParameterStore } from "./store.ts";
import type { ParameterType } from "./types.ts";

export type { ParameterType } from "./types.ts";

/** AWS Systems Manager's Parameter Store. */
export interface Ssm extends Service {
  /** Creates or overwrites a parameter. @throws AwsError as `PutParameter` does. */
  put(name: string, value: string, type: ParameterType): void;
  /** @returns the value, decrypted; undefined when there is none. */
  get(name: string): string | undefined;
}

/** Parameters on `ctx.openDatabase("ssm")`; opened at the first use. */
export function createSsm(ctx: LocalContext): Ssm {
  let opened: ParameterStore | undefined;
  const store = () => (opened ??= createParameterStore(ctx.openDatabase("ssm")));
  const action =
    (run: (input: Input, parts: { ctx: LocalContext; store: ParameterStore }) => unknown): JsonAction =>
    (input) =>
      run(readInput(input), { ctx, store: store() });
  const actions: Record<string, JsonAction> = {
    PutParameter: action(putParameter),
    GetParameter: action(getParameter),
    GetParameters: action(getParameters),
    GetParametersByPath: action(getParametersByPath),
    GetParameterHistory: action(getParameterHistory),
    DescribeParameters: action(describeParameters),
    DeleteParameter: action((input, parts) => {
      if (!parts.store.remove(parseReference(input.text("Name")).name)) throw new AwsError("ParameterNotFound", "");
      return {};
    }),
    DeleteParameters: action((input, parts) => {
      const names = input.texts("Names");
      checkNames(names);
      // All are read before the first goes: what is refused deletes nothing.
      const asked = names.map((name) => ({ name, stored: parseReference(name).name }));
      const gone = new Set(asked.filter(({ stored }) => parts.store.remove(stored)).map(({ name }) => name));
      return { DeletedParameters: [...gone], InvalidParameters: names.filter((name) => !gone.has(name)) };
    }),
    AddTagsToResource: action((input, parts) => {
      const name = taggedParameter(input, parts.store);
      const tags = input.objects("Tags").map((tag) => [tag.text("Key"), tag.text("Value")] as const);
      for (const [key, value] of tags) parts.store.putTag(name, key, value);
      return {};
    }),
    RemoveTagsFromResource: action((input, parts) => {
      const name = taggedParameter(input, parts.store);
      for (const key of input.texts("TagKeys")) parts.store.removeTag(name, key);
      return {};
    }),
    ListTagsForResource: action((input, parts) => ({ TagList: parts.store.tags(taggedParameter(input, parts.store)) })),
  };
  return {
    handle: (exchange) => serveJson(exchange, { target: "AmazonSSM", version: "1.1", actions }),
    put(name, value, type) {
      putParameter(readInput({ Name: name, Value: value, Type: type, Overwrite: true }), { ctx, store: store() });
    },
    get: (name) => store().get(name)?.value,
    close: () => opened?.close(),
  };
}

function taggedParameter(input: Input, store: ParameterStore): string {
  if (input.text("ResourceType") !== "Parameter")
    throw new AwsError("InvalidResourceType", "Only parameters are offered here.");
  const { name } = parseReference(input.text("ResourceId"));
  if (!store.get(name))
    throw new AwsError(
      "InvalidResourceId",
      "The resource ID isn't valid. Verify that you entered the correct ID and try again.",
    );
  return name;
}
