import { CORE_SCHEMA, defineMappingTag, defineScalarTag, defineSequenceTag, load, type Schema } from "js-yaml";

/** `!Ref` and `!Condition` alone keep their names in the long form. */
const longName = (tag: string) => (tag === "!Ref" || tag === "!Condition" ? tag.slice(1) : `Fn::${tag.slice(1)}`);
const never = () => false;

/** CloudFormation's short forms (`!Ref Queue`) as its long ones (`{ "Ref": "Queue" }`). */
const SCHEMA: Schema = CORE_SCHEMA.withTags(
  defineScalarTag("!", {
    matchByTagPrefix: true,
    identify: never,
    resolve(source, _explicit, tag) {
      const name = longName(tag);
      const dot = source.indexOf(".");
      return { [name]: tag === "!GetAtt" && dot > 0 ? [source.slice(0, dot), source.slice(dot + 1)] : source };
    },
  }),
  defineSequenceTag<{ name: string; items: unknown[] }, unknown>("!", {
    matchByTagPrefix: true,
    identify: never,
    create: (tag) => ({ name: longName(tag), items: [] }),
    addItem: ({ items }, item) => void items.push(item),
    finalize: ({ name, items }) => ({ [name]: items }),
  }),
  defineMappingTag<{ name: string; pairs: Map<unknown, unknown> }, unknown>("!", {
    matchByTagPrefix: true,
    identify: never,
    create: (tag) => ({ name: longName(tag), pairs: new Map() }),
    addPair({ pairs }, key, value) {
      pairs.set(key, value);
      return "";
    },
    has: ({ pairs }, key) => pairs.has(key),
    // Only asked of what is written, which these never are.
    keys: () => [],
    get: () => undefined,
    finalize: ({ name, pairs }) => ({
      [name]: Object.fromEntries<unknown>([...pairs].map(([key, value]) => [String(key), value])),
    }),
  }),
);

/** @returns the value of a template in YAML or JSON. @throws YAMLException, which marks the place. */
export function loadTemplate(text: string): unknown {
  return load(text, { schema: SCHEMA });
}
